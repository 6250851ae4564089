import { generateKeyPairSync } from 'node:crypto'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ApplyContext, Declared, ReadContext, Recorded, Upstream } from '../../../../src/kinds/kind.ts'
import { type SecretFacts, secret } from '../../../../src/kinds/secret.ts'
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

/** A cluster with one secret of one value; what is asked for is kept. */
function lookAt({ value, written, pods }: World, includeUnmanaged = false) {
  const asked: string[] = []
  const live = {
    ...{ uid: 'u', resourceVersion: '7', type: 'Opaque', immutable: false, terminating: false, finalizers: [], annotations: [] },
    data: new Map([['A', Sealed.of(value)]]),
    managedFields: [owner(written)],
  }
  const cluster = {
    secret: async () => present(live),
    pods: async (namespace: string) => {
      asked.push(namespace)
      return 'is' in pods ? pods : present(pods)
    },
    patchSecret: async () => ({ uid: 'u', resourceVersion: '8' }),
    createSecret: async () => ({ uid: 'u', resourceVersion: '9', managedFields: [owner(50)] }),
  }
  return { asked, cluster, look: { view: { cluster }, fingerprint, includeUnmanaged } as unknown as ReadContext }
}

const declared = (value: string): Declared<{ namespace: string; name: string; values: ReadonlyMap<string, Sealed> }> => ({
  address: where,
  material: { namespace: 'spacelift', name: 'spacelift-server', values: new Map([['A', Sealed.of(value)]]) },
  after: [],
  origins: new Map(),
})
const VOUCHED: FactMap = { at: at(0), readers: { 'spacelift-server': { until: at(5), template: 't' } } }
const recorded = (value: string, bookkeeping: FactMap | undefined = VOUCHED): Recorded<SecretFacts> => ({
  ...{ address: where, facts: facts(value), guard: '1', after: [], provenance: 'created' as const },
  ...(bookkeeping && { bookkeeping }),
})
const none = {} as Upstream

async function wanted(world: World, value: string, last: Recorded<SecretFacts> | undefined) {
  const { look, cluster } = lookAt(world)
  const it = declared(value)
  const seen = await secret.observe(look, it, last)
  const found = await secret.desire(look, it, seen, none)
  const change = {
    address: where,
    action: 'repair' as const,
    edits: [],
    declared: it,
    desired: found.facts,
    basis: found.basis,
    observed: seen,
  }
  const work = { world: { cluster }, assertLockHeld: async () => undefined } as unknown as ApplyContext
  return { ...found, converged: () => secret.converge(work, change) }
}

const STALE = [['spacelift-server', ['they started while secret/spacelift/spacelift-server held other values']]]

test('readers of a secret that drifted are stale, in words, and remembered only as far as they are known', async () => {
  const it = await wanted({ value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }, 'mine', recorded('mine'))
  assert.equal([...(it.outdatedReaders ?? [])], STALE)
  assert.equal((await it.converged()).bookkeeping, VOUCHED)
})

test('after a killed apply of a change, whether the state knows it or not', async () => {
  const world = { value: 'new', written: 20, pods: [pod('spacelift-server', 3)] }
  assert.equal([...((await wanted(world, 'new', recorded('old'))).outdatedReaders ?? [])], STALE)
  const pending = await wanted({ ...world, value: 'old', written: 0 }, 'new', recorded('old'))
  assert.equal([...(pending.outdatedReaders ?? [])], [])
  const { bookkeeping } = await pending.converged()
  assert.equal([...((await wanted(world, 'new', recorded('new', bookkeeping))).outdatedReaders ?? [])], STALE)
})

test('only its own readers: the drain does not read the server’s', async () => {
  const pods = [pod('spacelift-drain', 30), pod('stranger', 30)]
  assert.equal([...((await wanted({ value: 'drifted', written: 20, pods }, 'mine', recorded('mine'))).outdatedReaders ?? [])], [])
})

test('without memory, and where the pods are not shown, nobody is stale', async () => {
  const world = { value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }
  assert.equal([...((await wanted(world, 'mine', undefined)).outdatedReaders ?? [])], [])
  assert.equal([...((await wanted(world, 'mine', { ...recorded('mine'), bookkeeping: { at: 7 } } as never)).outdatedReaders ?? [])], [])
  const hidden = unknown<readonly LivePod[]>({ code: 'c', summary: 'may not list the pods', remedy: 'r' })
  const it = await wanted({ ...world, pods: hidden }, 'mine', recorded('mine'))
  assert.equal([...(it.outdatedReaders ?? [])], [])
  assert.equal(it.bookkeeping, VOUCHED)
})

test('a settled secret is bookkeeping for, also at the end of an apply', async () => {
  const world = { value: 'mine', written: 0, pods: [pod('spacelift-server', 9)] }
  const good = { at: at(0), readers: { 'spacelift-server': { until: at(9), template: 't' } } }
  assert.equal((await wanted(world, 'mine', undefined)).bookkeeping, good)
  assert.equal(await secret.bookkeep?.(lookAt(world).look, declared('mine'), recorded('mine')), good)
})

test('a secret that is not as it was applied last is not bookkeeping for: somebody left its repair out', async () => {
  const world = { value: 'drifted', written: 20, pods: [pod('spacelift-server', 30)] }
  assert.is(await secret.bookkeep?.(lookAt(world).look, declared('mine'), recorded('mine')), undefined)
})

test('what is made is known from when it was made', async () => {
  const it = declared('mine')
  const { cluster } = lookAt({ value: '', written: 0, pods: [] })
  const seen = { is: 'absent', provedBy: 'x' } as const
  const { facts: wantedFacts, basis } = await secret.desire({ fingerprint } as unknown as ReadContext, it, seen, none)
  const change = { address: where, action: 'create' as const, edits: [], declared: it, desired: wantedFacts, basis, observed: seen }
  const { bookkeeping } = await secret.converge(
    { world: { cluster }, assertLockHeld: async () => undefined } as unknown as ApplyContext,
    change,
  )
  assert.equal(bookkeeping, { at: at(50), readers: {} })
})

async function reported(world: World, last = recorded('mine')) {
  const { look, asked } = lookAt(world, true)
  return { seen: await secret.observe(look, last), asked }
}

test('a report of drift names them beside the values, and asks for pods only when something was written', async () => {
  const pods = [pod('spacelift-server', 15), pod('spacelift-server', 30)]
  const drifted = await reported({ value: 'drifted', written: 20, pods })
  const back = await reported({ value: 'mine', written: 20, pods })
  for (const { seen } of [drifted, back]) {
    const [one] = seen.is === 'present' ? (seen.unmanaged ?? []) : []
    assert.equal([one?.pointer, one?.isRepaired], ['/readers/spacelift-server', true])
  }
  const quiet = await reported({ value: 'mine', written: 0, pods })
  assert.equal(quiet.seen.is === 'present' && quiet.seen.unmanaged, [])
  assert.equal([drifted.asked.length, back.asked.length, quiet.asked.length], [1, 1, 0])
})

test('a report that cannot see the pods is not whole, unless the drift itself is told', async () => {
  const pods = unknown<readonly LivePod[]>({ code: 'c', summary: 'may not list the pods', remedy: 'r' })
  assert.is((await reported({ value: 'mine', written: 20, pods })).seen.is, 'unknown')
  assert.is((await reported({ value: 'drifted', written: 20, pods })).seen.is, 'present')
})

test.run()
