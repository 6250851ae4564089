import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Resolved } from '../../src/installation/installation.ts'
import { forget } from '../../src/kinds/anyKind.ts'
import { type Kind, type Look, NO_IMPACT } from '../../src/kinds/kind.ts'
import { hasChanges } from '../../src/plan/plan.ts'
import { apply } from '../../src/reconcile/apply.ts'
import { makePlan } from '../../src/reconcile/makePlan.ts'
import { FileStore } from '../../src/state/fileStore.ts'
import { leftovers, openJournal } from '../../src/state/journal.ts'
import { emptyState, type State } from '../../src/state/state.ts'
import { type Address, address } from '../../src/values/address.ts'
import type { Json } from '../../src/values/json.ts'
import { type Problem, ProblemError } from '../../src/values/problem.ts'
import type { World } from '../../src/world/ports.ts'
import { FakeClock } from '../support/fakeClock.ts'

type Thing = { value: string }
type Material = { value: string }

/** A world of named values, in which looking or writing can fail; what was written is kept in order. */
class Things {
  readonly live = new Map<string, string>()
  readonly hidden = new Set<string>()
  readonly broken = new Set<string>()
  readonly written: string[] = []
  wanted: readonly { name: string; value: string; after?: readonly string[] }[] = []

  readonly kind: Kind<Thing, Material, null, null> = {
    name: 'thing',
    holdsData: false,
    fixed: [],
    readFacts: (stored: Json) => stored as Thing,
    declare: () =>
      this.wanted.map((it) => ({
        address: thing(it.name),
        material: { value: it.value },
        after: (it.after ?? []).map(thing),
        origins: new Map(),
      })),
    observe: async (_look, it) => this.#observe(it.address),
    want: async (_look, it) => ({ facts: { value: it.material.value }, basis: null }),
    served: (facts) => facts,
    impact: () => NO_IMPACT,
    converge: async (_work, change) => {
      if (this.broken.has(change.address)) throw new ProblemError(problem(`${change.address} is broken`))
      this.live.set(change.address, change.wanted.value)
      this.written.push(change.address)
      return { facts: change.wanted, guard: 'g' }
    },
    remove: async () => undefined,
  }

  async #observe(it: Address) {
    if (this.hidden.has(it)) return { is: 'unknown' as const, why: problem('the server is away') }
    const value = this.live.get(it)
    if (value === undefined) return { is: 'absent' as const, provedBy: 'it said so' }
    return { is: 'present' as const, facts: { value }, guard: 'g', evidence: null, by: new Map() }
  }
}

const thing = (name: string) => address('thing', name)
const problem = (summary: string): Problem => ({ code: 'test', summary, remedy: 'mend it' })
const resolved = { installation: { positions: new Map() } } as unknown as Resolved
const chain = [
  { name: 'c', value: '1', after: ['b'] },
  { name: 'b', value: '1', after: ['a'] },
  { name: 'a', value: '1' },
  { name: 'alone', value: '1' },
]

function plan(things: Things, state: State = emptyState('l')) {
  return makePlan([forget(things.kind)], resolved, state, {} as Look)
}

async function applied(things: Things, store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))) {
  const state = (await store.load()) ?? emptyState('l')
  const planned = await plan(things, state)
  const clock = new FakeClock()
  const journal = await openJournal(store.folder, `run-${state.serial}`)
  const { created } = await leftovers(store.folder)
  const work = {
    world: {} as World,
    fingerprint: {} as Look['fingerprint'],
    signal: new AbortController().signal,
    fenced: async () => undefined,
    now: new Date(0),
    helmIsGone: false,
  }
  const world = { cluster: 'c', objectStore: 'o', objectStoreEndpoint: 'https://m', registries: [] }
  const run = {
    id: 'run',
    who: 'me@here',
    tool: 't',
    planned,
    state,
    store,
    world,
    created,
    journal,
    clock,
    work,
    announce: async () => undefined,
    emit: () => undefined,
  }
  const result = await apply(run)
  await journal.close()
  return { result, store, state: (await store.load()) as State }
}

test('what is missing is created in order, and the plan after it is empty', async () => {
  const things = new Things()
  things.wanted = chain
  const { state, result } = await applied(things)
  assert.is(result.done.length, 4)
  assert.ok(
    things.written.indexOf('thing/a') < things.written.indexOf('thing/b') &&
      things.written.indexOf('thing/b') < things.written.indexOf('thing/c'),
  )
  assert.is(hasChanges((await plan(things, state)).plan), false)
  assert.ok(Object.values(state.resources).every((one) => one.provenance === 'created'))
})

test('without a state the plan of a settled world is the same, and what is found is adopted', async () => {
  const things = new Things()
  things.wanted = chain
  const { state } = await applied(things)
  assert.is(hasChanges((await plan(things)).plan), false)
  const again = await applied(things)
  assert.ok(Object.values(again.state.resources).every((one) => one.provenance === 'adopted'))
  assert.is(again.result.done.length, 0)
  assert.is(Object.keys(state.resources).length, 4)
})

test('a step that fails stops only what depends on it, also through others', async () => {
  const things = new Things()
  things.wanted = chain
  things.live.set('thing/b', '1')
  things.broken.add('thing/a')
  const { result } = await applied(things)
  assert.equal([result.failed, result.skipped, result.done], [['thing/a'], ['thing/c'], ['thing/alone']])
  assert.is(result.problems[0]?.summary, 'thing/a is broken')
})

test('what cannot be looked at blocks its dependents, is told once, and is never planned as missing', async () => {
  const things = new Things()
  things.wanted = chain
  things.hidden.add('thing/a').add('thing/alone')
  const { plan: made, steps } = await plan(things)
  assert.equal(
    made.changes.map((change) => [change.address, change.action]),
    [
      ['thing/a', 'blocked'],
      ['thing/alone', 'blocked'],
      ['thing/b', 'blocked'],
      ['thing/c', 'blocked'],
    ],
  )
  assert.is(steps.size, 0)
  assert.equal(
    made.problems.map((one) => one.summary),
    ['the server is away'],
  )
})

test('drift is repaired, and told from a change of the file', async () => {
  const things = new Things()
  things.wanted = [
    { name: 'a', value: '1' },
    { name: 'b', value: '1' },
    { name: 'gone', value: '1' },
  ]
  const { store, state } = await applied(things)
  things.live.set('thing/a', 'changed by hand')
  things.live.delete('thing/gone')
  things.wanted = things.wanted.map((it) => (it.name === 'b' ? { ...it, value: '2' } : it))
  const { plan: made } = await plan(things, state)
  assert.equal(
    made.changes.map((change) => [change.action, change.edits[0]?.cause]),
    [
      ['repair', 'drifted'],
      ['update', 'declared'],
      ['recover', 'drifted'],
    ],
  )
  const after = await applied(things, store)
  assert.is(after.result.done.length, 3)
  assert.is(hasChanges((await plan(things, after.state)).plan), false)
})

test('an apply killed after a create was announced still proves who made it', async () => {
  const things = new Things()
  things.wanted = [{ name: 'a', value: '1' }]
  const store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))
  const killed = await openJournal(store.folder, 'a-killed-run')
  await killed.append({ t: 'step', at: '', address: 'thing/a', action: 'create' })
  await killed.close()
  things.live.set('thing/a', '1')
  const { state } = await applied(things, store)
  assert.is(state.resources['thing/a']?.provenance, 'created')
})

test.run()
