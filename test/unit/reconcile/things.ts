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
import { historyFiles, leftovers, openJournal } from '../../../src/state/journal.ts'
import { emptyState, type State } from '../../../src/state/state.ts'
import type { Acceptance } from '../../../src/values/acceptance.ts'
import { type Address, address } from '../../../src/values/address.ts'
import type { Json } from '../../../src/values/json.ts'
import { type Problem, ProblemError } from '../../../src/values/problem.ts'
import type { World } from '../../../src/world/ports.ts'
import { FakeClock } from '../../support/fakeClock.ts'

type Thing = { value: string }
type Material = { value: string }

/** A world of named values, in which looking or writing can fail; what was written is kept in order. */
export class Things {
  readonly live = new Map<string, string>()
  readonly hidden = new Set<string>()
  readonly broken = new Set<string>()
  accept: readonly Acceptance[] = []
  readonly written: string[] = []
  wanted: readonly { name: string; value: string; after?: readonly string[]; removalPolicy?: RemovalPolicy }[] = []
  /** Made, and then something goes wrong. */
  readonly halfMade = new Set<string>()
  readonly precious = new Set<string>()
  whatRemovalMeans: Impact = NO_IMPACT

  readonly kind: Kind<Thing, Material, null, null> = {
    name: 'thing',
    holdsData: false,
    replaceOnly: [],
    readFacts,
    declare: () =>
      this.wanted.map((it) => ({
        address: thing(it.name),
        material: { value: it.value },
        after: (it.after ?? []).map(thing),
        origins: new Map(),
        ...(it.removalPolicy && { removalPolicy: it.removalPolicy }),
      })),
    observe: async (_look, it) => this.#observe(it.address),
    desire: async (_look, it) => ({ facts: { value: it.material.value }, basis: null }),
    exposedTo: (facts) => facts,
    impact: () => NO_IMPACT,
    converge: async (_work, change) => {
      if (this.broken.has(change.address)) throw new ProblemError(problem(`${change.address} is broken`))
      this.live.set(change.address, change.desired.value)
      this.written.push(change.address)
      if (this.halfMade.has(change.address)) throw new ProblemError(problem(`${change.address} is half made`))
      return { facts: change.desired, guard: 'g' }
    },
    removal: async (_look, it) => {
      if (this.precious.has(it.address)) return { declined: problem(`${it.address} is not empty`) }
      return this.whatRemovalMeans
    },
    remove: async (_work, it) => {
      if (this.broken.has(it.address)) throw new ProblemError(problem(`${it.address} is broken`))
      this.live.delete(it.address)
      this.written.push(`-${it.address}`)
    },
  }

  async #observe(it: Address) {
    if (this.hidden.has(it)) return { is: 'unknown' as const, why: problem('the server is away') }
    const value = this.live.get(it)
    if (value === undefined) return { is: 'absent' as const, provedBy: 'it said so' }
    return { is: 'present' as const, facts: { value }, guard: 'g', evidence: null, by: new Map() }
  }
}

function readFacts(stored: Json): Thing {
  if (typeof (stored as Thing).value === 'string') return stored as Thing
  throw new ProblemError(problem('unreadable'))
}

export const thing = (name: string) => address('thing', name)
export const problem = (summary: string): Problem => ({ code: 'test', summary, remedy: 'mend it' })
const resolved = (accept: readonly Acceptance[]) => ({ installation: { positions: new Map(), drift: { accept } } }) as unknown as Resolved
export function plan(things: Things, state: State = emptyState('l'), selection?: Selection) {
  return makePlan(
    [eraseTypes(things.kind)],
    resolved(things.accept),
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
