import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startLab } from '../../scripts/lab/index.ts'
import { ProblemError } from '../../src/values/problem.ts'
import { Sealed } from '../../src/values/sealed.ts'
import { Api } from '../../src/world/kubernetes/api.ts'
import { Cluster } from '../../src/world/kubernetes/cluster.ts'
import { connect } from '../../src/world/kubernetes/connect.ts'
import { ClusterLeases } from '../../src/world/kubernetes/leases.ts'

const lab = await startLab()
const question = { env: lab.env, home: lab.dir, cwd: lab.dir }
const connection = await connect(question)
const api = new Api(connection)
const cluster = new Cluster(api)
const leases = new ClusterLeases(api)
const none = { set: new Map<string, Sealed>(), unset: [], unannotate: [], dataIsMissing: false }

test.after(async () => {
  api.close()
  await lab.stop()
})

test('absent is what the API server says is not there, and only that', async () => {
  assert.is((await cluster.namespace('nowhere')).is, 'absent')
  assert.is((await cluster.secret('nowhere', 'nothing')).is, 'absent')
  assert.is((await cluster.release('default', 'nothing')).is, 'absent')
  const missingGroup = await api.read('/apis/no.such.group/v1/things/x', 'a thing')
  assert.is(missingGroup.is, 'unknown')
})

test('a secret holds exactly what was set, and a stale guard writes nothing', async () => {
  const made = await cluster.createSecret('default', 's', 'Opaque', new Map([['A', Sealed.of('1')]]))
  const next = await cluster.patchSecret('default', 's', made, { ...none, set: new Map([['B', Sealed.of('2')]]), unset: ['A'] })
  assert.equal(await keys('s'), ['B'])
  await refused(cluster.patchSecret('default', 's', made, { ...none, unset: ['B'] }), 'cluster/changed-meanwhile')
  await refused(cluster.deleteSecret('default', 's', made), 'cluster/changed-meanwhile')
  await refused(cluster.createSecret('default', 's', 'Opaque', new Map()), 'cluster/exists')
  await cluster.deleteSecret('default', 's', next)
  assert.is((await cluster.secret('default', 's')).is, 'absent')
})

test('a namespace gets labels beside those it has, and a stale guard writes nothing', async () => {
  await cluster.createNamespace('labelled', { a: '1' })
  const live = async () => {
    const read = await cluster.namespace('labelled')
    if (read.is !== 'present') throw new Error(read.is)
    return read.value
  }
  const made = await live()
  await cluster.labelNamespace('labelled', made, { b: '2' })
  const { 'kubernetes.io/metadata.name': _, ...labels } = (await live()).labels
  assert.equal(labels, { a: '1', b: '2' })
  await refused(cluster.labelNamespace('labelled', made, { c: '3' }), 'cluster/changed-meanwhile')
})

test('an empty secret gets its first key', async () => {
  const made = await cluster.createSecret('default', 'empty', 'Opaque', new Map())
  await cluster.patchSecret('default', 'empty', made, { ...none, set: new Map([['A', Sealed.of('1')]]), dataIsMissing: true })
  assert.equal(await keys('empty'), ['A'])
})

test('objects of a kind are listed in one request, those of the whole cluster by name, of a kind nobody knows by discovery', async () => {
  const accounts = await cluster.objects({ apiVersion: 'v1', kind: 'ServiceAccount' }, 'default', [])
  assert.equal(accounts.is === 'present' && accounts.value.map(({ kind, name }) => [kind, name]), [['ServiceAccount', 'default']])
  const spaces = await cluster.objects({ apiVersion: 'v1', kind: 'Namespace' }, '', ['default', 'nowhere'])
  assert.equal(spaces.is === 'present' && spaces.value.map(({ name }) => name), ['default'])
  const limits = await cluster.objects({ apiVersion: 'v1', kind: 'LimitRange' }, 'default', [])
  assert.equal(limits, { is: 'present', value: [] })
  assert.is((await cluster.objects({ apiVersion: 'v1', kind: 'Nonsense' }, 'default', [])).is, 'unknown')
  assert.is((await cluster.objects({ apiVersion: 'no.such.group/v1', kind: 'Thing' }, 'default', [])).is, 'unknown')
  await cluster.objects({ apiVersion: 'v1', kind: 'Secret' }, 'default', []).then(
    () => assert.unreachable('a Secret was read in the open'),
    (error: Error) => assert.match(error.message, 'Secret'),
  )
})

test('an object is patched and deleted only as it was seen', async () => {
  const name = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'c' }
  await cluster.createObject(name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1', b: '2' } })
  const seen = await configMap()
  await cluster.patchObject(name, seen, [{ op: 'remove', path: '/data/a' }])
  assert.equal((await configMap()).raw.data, { b: '2' })
  await refused(cluster.patchObject(name, seen, [{ op: 'remove', path: '/data/b' }]), 'cluster/changed-meanwhile')
  await refused(cluster.deleteObject(name, seen), 'cluster/changed-meanwhile')
  await cluster.deleteObject(name, await configMap())
})

async function configMap() {
  const read = await cluster.objects({ apiVersion: 'v1', kind: 'ConfigMap' }, 'default', [])
  const found = read.is === 'present' ? read.value.find((one) => one.name === 'c') : undefined
  if (found === undefined) throw new Error('there is no ConfigMap c')
  return found
}

test('a Lease is made once and replaced only by who saw its newest version', async () => {
  const time = '2026-11-24T00:00:00.000000Z'
  const lease = { holder: 'a', acquireTime: time, renewTime: time, durationSeconds: 30, transitions: 0, info: '{}' }
  await leases.ensureNamespace('locks')
  await leases.ensureNamespace('locks')
  const first = await leases.create('locks', 'l', lease)
  assert.is(await leases.create('locks', 'l', lease), 'exists')
  assert.is.not(first, 'exists')
  const version = typeof first === 'string' ? '' : first.resourceVersion
  assert.is.not(await leases.replace('locks', 'l', { ...lease, holder: '' }, version), 'conflict')
  assert.is(await leases.replace('locks', 'l', lease, version), 'conflict')
})

test('a wrong authority, a wrong token and a missing right are unknown, each in its own words', async () => {
  const { endpoint } = connection
  const { cert: _cert, key: _key, ...anonymous } = endpoint
  const as = (changed: typeof endpoint, token?: string) =>
    new Cluster(
      new Api({ ...connection, endpoint: changed, token: async () => (token === undefined ? undefined : Sealed.of(token)) }),
    ).namespace('default')
  assert.is(await code(as(anonymous, 'nonsense')), 'cluster/unauthorized')
  assert.is(await code(as(anonymous)), 'cluster/forbidden')
  const { ca: _ca, ...unknownAuthority } = endpoint
  assert.is(await code(as(unknownAuthority)), 'cluster/untrusted-certificate')
})

test('a context that is not there is told with those that are', async () => {
  await refused(connect({ ...question, context: 'nope' }), 'cluster/unknown-context')
})

async function keys(name: string): Promise<string[]> {
  const read = await cluster.secret('default', name)
  return read.is === 'present' ? [...read.value.data.keys()] : [read.is]
}

async function code(reading: Promise<{ is: string; why?: { code: string } }>): Promise<string | undefined> {
  return (await reading).why?.code
}

async function refused(writing: Promise<unknown>, expected: string): Promise<void> {
  const outcome = await writing.then(
    () => 'done',
    (error: unknown) => error,
  )
  assert.instance(outcome, ProblemError)
  assert.is((outcome as ProblemError).problems[0]?.code, expected)
}

test.run()
