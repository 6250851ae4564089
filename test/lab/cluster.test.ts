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

test('an empty secret gets its first key', async () => {
  const made = await cluster.createSecret('default', 'empty', 'Opaque', new Map())
  await cluster.patchSecret('default', 'empty', made, { ...none, set: new Map([['A', Sealed.of('1')]]), dataIsMissing: true })
  assert.equal(await keys('empty'), ['A'])
})

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
