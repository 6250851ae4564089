import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Resolved } from '../../../src/installation/installation.ts'
import { eraseTypes } from '../../../src/kinds/erasedKind.ts'
import { type Impact, type Kind, NO_IMPACT, type ReadContext, type RemovalPolicy } from '../../../src/kinds/kind.ts'
import type { Selection } from '../../../src/plan/select.ts'
import { apply } from '../../../src/reconcile/apply.ts'
import { makePlan } from '../../../src/reconcile/makePlan.ts'
import { FileStore } from '../../../src/state/fileStore.ts'
import { historyFiles, leftovers } from '../../../src/state/history.ts'
import { openJournal } from '../../../src/state/journal.ts'
import { emptyState, type State } from '../../../src/state/state.ts'
import type { Acceptance } from '../../../src/values/acceptance.ts'
import { type Address, address } from '../../../src/values/address.ts'
import type { Json } from '../../../src/values/json.ts'
import { type Problem, ProblemError } from '../../../src/values/problem.ts'
import type { World } from '../../../src/world/ports.ts'
import { FakeClock } from '../../support/fakeClock.ts'

type Thing = { value: string }
type Material = { value: string }

/** A world of named values, in which reads and writes can fail. */
export class Things {
  readonly live = new Map<string, string>()
  /** Addresses that cannot be read. */
  readonly unreadable = new Set<string>()
  /** Addresses that cannot be written. */
  readonly failing = new Set<string>()
  /** Addresses whose step fails after the write. */
  readonly failingAfterWrite = new Set<string>()
  /** Addresses whose removal is declined. */
  readonly declined = new Set<string>()
  /** Addresses in the order of their writes; `-` for a removal. */
  readonly written: string[] = []
  declared: readonly { name: string; value: string; after?: readonly string[]; removalPolicy?: RemovalPolicy }[] = []
  acceptances: readonly Acceptance[] = []
  removalImpact: Impact = NO_IMPACT

  readonly kind: Kind<Thing, Material, null, null> = {
    name: 'thing',
    holdsData: false,
    replaceOnly: [],
    readFacts,
    declare: () =>
      this.declared.map(({ name, value, after = [], removalPolicy }) => ({
        address: thing(name),
        material: { value },
        after: after.map(thing),
        origins: new Map(),
        ...(removalPolicy && { removalPolicy }),
      })),
    observe: async (_context, resource) => this.#observe(resource.address),
    desire: async (_context, declared) => ({ facts: { value: declared.material.value }, basis: null }),
    exposedTo: (facts) => facts,
    impact: () => NO_IMPACT,
    converge: async (_context, { address, desired }) => {
      if (this.failing.has(address)) throw new ProblemError(problem(`${address} cannot be written`))
      this.live.set(address, desired.value)
      this.written.push(address)
      if (this.failingAfterWrite.has(address)) throw new ProblemError(problem(`${address} failed after the write`))
      return { facts: desired, guard: 'g' }
    },
    removal: async (_context, { address }) =>
      this.declined.has(address) ? { declined: problem(`${address} is not empty`) } : this.removalImpact,
    remove: async (_context, { address }) => {
      if (this.failing.has(address)) throw new ProblemError(problem(`${address} cannot be removed`))
      this.live.delete(address)
      this.written.push(`-${address}`)
    },
  }

  async #observe(address: Address) {
    if (this.unreadable.has(address)) return { is: 'unknown' as const, why: problem('the server is down') }
    const value = this.live.get(address)
    if (value === undefined) return { is: 'absent' as const, provedBy: 'a 404' }
    return { is: 'present' as const, facts: { value }, guard: 'g', evidence: null, by: new Map() }
  }
}

function readFacts(stored: Json): Thing {
  if (typeof (stored as Thing).value === 'string') return stored as Thing
  throw new ProblemError(problem('unreadable'))
}

export const thing = (name: string) => address('thing', name)
export const problem = (summary: string): Problem => ({ code: 'test', summary, remedy: 'fix it' })
const resolved = (accept: readonly Acceptance[]) => ({ installation: { positions: new Map(), drift: { accept } } }) as unknown as Resolved

export function plan(things: Things, state: State = emptyState('l'), selection?: Selection) {
  return makePlan(
    [eraseTypes(things.kind)],
    resolved(things.acceptances),
    state,
    { now: new Date('2026-11-24T12:00:00Z') } as ReadContext,
    selection,
  )
}

export async function applied(things: Things, store = new FileStore(mkdtempSync(join(tmpdir(), 'groundcrew-apply-')))) {
  const state = (await store.load()) ?? emptyState('l')
  const planned = await plan(things, state)
  const clock = new FakeClock()
  const history = `run-${(await historyFiles(store.folder)).length}`
  const journal = await openJournal(store.folder, history)
  const { created } = await leftovers(store.folder)
  const context = {
    world: {} as World,
    fingerprint: {} as ReadContext['fingerprint'],
    signal: new AbortController().signal,
    assertLockHeld: async () => undefined,
    now: new Date(0),
    previousHelmExited: false,
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
    context,
    registerChild: async () => undefined,
    emit: () => undefined,
  }
  const result = await apply(run)
  await journal.close()
  return { result, store, history: join(store.folder, 'history', `${history}.jsonl`), state: (await store.load()) as State }
}
