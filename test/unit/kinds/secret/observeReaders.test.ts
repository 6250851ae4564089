import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, Declared, ReadContext, Recorded, Upstream } from '../../../../src/kinds/kind.ts'
import type { SecretFacts } from '../../../../src/kinds/secret/facts.ts'
import { secret } from '../../../../src/kinds/secret.ts'
import { address } from '../../../../src/values/address.ts'
import { Fingerprinter } from '../../../../src/values/fingerprint.ts'
import type { FactMap } from '../../../../src/values/json.ts'
import { present, type ReadResult, unknown } from '../../../../src/values/readResult.ts'
import { Sealed } from '../../../../src/values/sealed.ts'
import type { LivePod } from '../../../../src/world/ports/cluster.ts'
import type { ManagedFields } from '../../../../src/world/ports/managedFields.ts'

const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const fingerprint = Fingerprinter.fromPrivateKey(Sealed.of(pem))
const where = address('secret', 'spacelift', 'spacelift-server')
const at = (minute: number) => `2026-11-24T10:${String(minute).padStart(2, '0')}:00Z`
const facts = (value: string): SecretFacts => ({
  type: 'Opaque',
  immutable: false,
  keys: { A: fingerprint.of(where, 'A', Sealed.of(value)) },
  annotations: {},
})
const owner = (minute: number): ManagedFields => ({
  manager: 'm',
  operation: 'Update',
  time: at(minute),
  fields: { 'f:data': { 'f:A': {} } },
})
const pod = (deployment: string, started: number): LivePod => ({
  name: deployment,
  created: at(0),
  containers: [{ image: 'i', started: at(started) }],
  deployment: { name: deployment, template: 't' },
})

type World = { value: string; written: number; pods: ReadResult<readonly LivePod[]> | readonly LivePod[] }

/** A cluster with one secret of one value; requests for pods are logged. */
function fakeCluster({ value, written, pods }: World, includeUnmanaged = false) {
  const requests: string[] = []
  const live = {
    ...{ uid: 'u', resourceVersion: '7', type: 'Opaque', immutable: false, terminating: false, finalizers: [], annotations: [] },
    data: new Map([['A', Sealed.of(value)]]),
    managedFields: [owner(written)],
  }
  const cluster = {
    secret: async () => present(live),
    pods: async (namespace: string) => {
      requests.push(namespace)
      return 'is' in pods ? pods : present(pods)
    },
    patchSecret: async () => ({ uid: 'u', resourceVersion: '8' }),
    createSecret: async () => ({ uid: 'u', resourceVersion: '9', managedFields: [owner(50)] }),
  }
  return { requests, cluster, context: { view: { cluster }, fingerprint, includeUnmanaged } as unknown as ReadContext }
}

const declared = (value: string): Declared<{ namespace: string; name: string; values: ReadonlyMap<string, Sealed> }> => ({
  address: where,
  material: { namespace: 'spacelift', name: 'spacelift-server', values: new Map([['A', Sealed.of(value)]]) },
  after: [],
  origins: new Map(),
})
const KNOWN: FactMap = { at: at(0), readers: { 'spacelift-server': { until: at(5), template: 't' } } }
const recorded = (value: string, bookkeeping: FactMap | undefined = KNOWN): Recorded<SecretFacts> => ({
  ...{ address: where, facts: facts(value), guard: '1', after: [], provenance: 'created' as const },
  ...(bookkeeping && { bookkeeping }),
})
const none = {} as Upstream

async function planned(world: World, value: string, last: Recorded<SecretFacts> | undefined) {
  const { context, cluster } = fakeCluster(world)
  const resource = declared(value)
  const observed = await secret.observe(context, resource, last)
  const desired = await secret.desire(context, resource, observed, none)
  const change = {
    address: where,
    action: 'repair' as const,
    edits: [],
    declared: resource,
    desired: desired.facts,
    basis: desired.basis,
    observed,
  }
  const work = { world: { cluster }, assertLockHeld: async () => undefined } as unknown as ApplyContext
  return { ...desired, converged: () => secret.converge(work, change) }
}

const OUTDATED = [['spacelift-server', ['they started while secret/spacelift/spacelift-server held other values']]]

test('readers of a drifted secret are outdated, with the reason; only what is known of them is remembered', async () => {
  const change = await planned({ value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }, 'mine', recorded('mine'))
  assert.equal([...(change.outdatedReaders ?? [])], OUTDATED)
  assert.equal((await change.converged()).bookkeeping, KNOWN)
})

test('after a change whose apply was killed, readers are outdated whether the state recorded it or not', async () => {
  const world = { value: 'new', written: 20, pods: [pod('spacelift-server', 3)] }
  assert.equal([...((await planned(world, 'new', recorded('old'))).outdatedReaders ?? [])], OUTDATED)
  const pending = await planned({ ...world, value: 'old', written: 0 }, 'new', recorded('old'))
  assert.equal([...(pending.outdatedReaders ?? [])], [])
  const { bookkeeping } = await pending.converged()
  assert.equal([...((await planned(world, 'new', recorded('new', bookkeeping))).outdatedReaders ?? [])], OUTDATED)
})

test('only its own readers are outdated: the drain does not read the server’s secret', async () => {
  const pods = [pod('spacelift-drain', 30), pod('stranger', 30)]
  assert.equal([...((await planned({ value: 'drifted', written: 20, pods }, 'mine', recorded('mine'))).outdatedReaders ?? [])], [])
})

test('without bookkeeping, or without the right to list pods, no reader is outdated', async () => {
  const world = { value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }
  assert.equal([...((await planned(world, 'mine', undefined)).outdatedReaders ?? [])], [])
  assert.equal([...((await planned(world, 'mine', { ...recorded('mine'), bookkeeping: { at: 7 } } as never)).outdatedReaders ?? [])], [])
  const hidden = unknown<readonly LivePod[]>({ code: 'c', summary: 'may not list the pods', remedy: 'r' })
  const change = await planned({ ...world, pods: hidden }, 'mine', recorded('mine'))
  assert.equal([...(change.outdatedReaders ?? [])], [])
  assert.equal(change.bookkeeping, KNOWN)
})

test('the readers of a settled secret are remembered, also at the end of an apply', async () => {
  const world = { value: 'mine', written: 0, pods: [pod('spacelift-server', 9)] }
  const good = { at: at(0), readers: { 'spacelift-server': { until: at(9), template: 't' } } }
  assert.equal((await planned(world, 'mine', undefined)).bookkeeping, good)
  assert.equal(await secret.bookkeep?.(fakeCluster(world).context, declared('mine'), recorded('mine')), good)
})

test('nothing is remembered of a secret whose drift was not repaired', async () => {
  const world = { value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }
  assert.is(await secret.bookkeep?.(fakeCluster(world).context, declared('mine'), recorded('mine')), undefined)
})

test('the readers of a created secret are remembered from its creation', async () => {
  const resource = declared('mine')
  const { cluster } = fakeCluster({ value: '', written: 0, pods: [] })
  const observed = { is: 'absent', provedBy: 'x' } as const
  const { facts: desired, basis } = await secret.desire({ fingerprint } as unknown as ReadContext, resource, observed, none)
  const change = { address: where, action: 'create' as const, edits: [], declared: resource, desired, basis, observed }
  const { bookkeeping } = await secret.converge(
    { world: { cluster }, assertLockHeld: async () => undefined } as unknown as ApplyContext,
    change,
  )
  assert.equal(bookkeeping, { at: at(50), readers: {} })
})

async function reported(world: World, last = recorded('mine')) {
  const { context, requests } = fakeCluster(world, true)
  return { observed: await secret.observe(context, last), requests }
}

test('a drift report names the outdated readers, and reads pods only when the values were written since', async () => {
  const pods = [pod('spacelift-server', 15), pod('spacelift-server', 30)]
  const drifted = await reported({ value: 'drifted', written: 20, pods })
  const back = await reported({ value: 'mine', written: 20, pods })
  for (const { observed } of [drifted, back]) {
    const [one] = observed.is === 'present' ? (observed.unmanaged ?? []) : []
    assert.equal([one?.pointer, one?.isRepaired], ['/readers/spacelift-server', true])
  }
  const quiet = await reported({ value: 'mine', written: 0, pods })
  assert.equal(quiet.observed.is === 'present' && quiet.observed.unmanaged, [])
  assert.equal([drifted.requests.length, back.requests.length, quiet.requests.length], [1, 1, 0])
})

test('a drift report without the right to list pods is incomplete, unless the secret itself drifted', async () => {
  const pods = unknown<readonly LivePod[]>({ code: 'c', summary: 'may not list the pods', remedy: 'r' })
  assert.is((await reported({ value: 'mine', written: 20, pods })).observed.is, 'unknown')
  assert.is((await reported({ value: 'drifted', written: 20, pods })).observed.is, 'present')
})

test.run()
