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
const options = { env: lab.env, home: lab.dir, cwd: lab.dir }
const connection = await connect(options)
const api = new Api(connection)
const cluster = new Cluster(api)
const leases = new ClusterLeases(api)
const noEdit = { set: new Map<string, Sealed>(), unset: [], unannotate: [], dataIsMissing: false }

test.after(async () => {
  api.close()
  await lab.stop()
})

test('only a Status NotFound of the API server proves absence', async () => {
  assert.is((await cluster.namespace('nowhere')).is, 'absent')
  assert.is((await cluster.secret('nowhere', 'nothing')).is, 'absent')
  assert.is((await cluster.release('default', 'nothing')).is, 'absent')
  const missingGroup = await api.read('/apis/no.such.group/v1/things/x', 'a thing')
  assert.is(missingGroup.is, 'unknown')
})

test('a secret contains exactly the keys that were set, and a write with a stale guard is refused', async () => {
  const created = await cluster.createSecret('default', 's', 'Opaque', new Map([['A', Sealed.of('1')]]))
  const next = await cluster.patchSecret('default', 's', created, { ...noEdit, set: new Map([['B', Sealed.of('2')]]), unset: ['A'] })
  assert.equal(await keys('s'), ['B'])
  await refused(cluster.patchSecret('default', 's', created, { ...noEdit, unset: ['B'] }), 'cluster/changed-meanwhile')
  await refused(cluster.deleteSecret('default', 's', created), 'cluster/changed-meanwhile')
  await refused(cluster.createSecret('default', 's', 'Opaque', new Map()), 'cluster/exists')
  await cluster.deleteSecret('default', 's', next)
  assert.is((await cluster.secret('default', 's')).is, 'absent')
})

test('new labels of a namespace keep its other labels, and a write with a stale guard is refused', async () => {
  await cluster.createNamespace('labelled', { a: '1' })
  const live = async () => {
    const read = await cluster.namespace('labelled')
    if (read.is !== 'present') throw new Error(read.is)
    return read.value
  }
  const created = await live()
  await cluster.labelNamespace('labelled', created, { b: '2' })
  const { 'kubernetes.io/metadata.name': _, ...labels } = (await live()).labels
  assert.equal(labels, { a: '1', b: '2' })
  await refused(cluster.labelNamespace('labelled', created, { c: '3' }), 'cluster/changed-meanwhile')
})

test('an empty secret gets its first key', async () => {
  const created = await cluster.createSecret('default', 'empty', 'Opaque', new Map())
  await cluster.patchSecret('default', 'empty', created, { ...noEdit, set: new Map([['A', Sealed.of('1')]]), dataIsMissing: true })
  assert.equal(await keys('empty'), ['A'])
})

test('objects are read by list, cluster-scoped objects by name, kinds that are not built in by discovery', async () => {
  const accounts = await cluster.objects({ apiVersion: 'v1', kind: 'ServiceAccount' }, 'default', [])
  assert.equal(accounts.is === 'present' && accounts.value.map(({ kind, name }) => [kind, name]), [['ServiceAccount', 'default']])
  const spaces = await cluster.objects({ apiVersion: 'v1', kind: 'Namespace' }, '', ['default', 'nowhere'])
  assert.equal(spaces.is === 'present' && spaces.value.map(({ name }) => name), ['default'])
  const limits = await cluster.objects({ apiVersion: 'v1', kind: 'LimitRange' }, 'default', [])
  assert.equal(limits, { is: 'present', value: [] })
  assert.is((await cluster.objects({ apiVersion: 'v1', kind: 'Nonsense' }, 'default', [])).is, 'unknown')
  assert.is((await cluster.objects({ apiVersion: 'no.such.group/v1', kind: 'Thing' }, 'default', [])).is, 'unknown')
  await cluster.objects({ apiVersion: 'v1', kind: 'Secret' }, 'default', []).then(
    () => assert.unreachable('a Secret was read without sealing'),
    (error: Error) => assert.match(error.message, 'Secret'),
  )
})

test('an object is patched and deleted only at the observed version', async () => {
  const name = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'c' }
  await cluster.createObject(name, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1', b: '2' } })
  const observed = await configMap()
  await cluster.patchObject(name, observed, [{ op: 'remove', path: '/data/a' }])
  assert.equal((await configMap()).raw.data, { b: '2' })
  await refused(cluster.patchObject(name, observed, [{ op: 'remove', path: '/data/b' }]), 'cluster/changed-meanwhile')
  await refused(cluster.deleteObject(name, observed), 'cluster/changed-meanwhile')
  await cluster.deleteObject(name, await configMap())
})

async function configMap() {
  const read = await cluster.objects({ apiVersion: 'v1', kind: 'ConfigMap' }, 'default', [])
  const object = read.is === 'present' ? read.value.find((object) => object.name === 'c') : undefined
  if (object === undefined) throw new Error('there is no ConfigMap c')
  return object
}

test('a Lease is created once and replaced only at its newest version', async () => {
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

test('a wrong authority, a wrong token and a missing right are unknown, each with its own problem', async () => {
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

test('an unknown context is refused', async () => {
  await refused(connect({ ...options, context: 'nope' }), 'cluster/unknown-context')
})

async function keys(name: string): Promise<string[]> {
  const read = await cluster.secret('default', name)
  return read.is === 'present' ? [...read.value.data.keys()] : [read.is]
}

async function code(read: Promise<{ is: string; why?: { code: string } }>): Promise<string | undefined> {
  return (await read).why?.code
}

async function refused(write: Promise<unknown>, expected: string): Promise<void> {
  const outcome = await write.then(
    () => 'succeeded',
    (error: unknown) => error,
  )
  assert.instance(outcome, ProblemError)
  assert.is((outcome as ProblemError).problems[0]?.code, expected)
}

test.run()
