import type { StoredResource } from '../kinds/erasedKind.ts'
import { type ApplyContext, type Finding, NO_IMPACT, type OutdatedReaders, type ReadContext, type WriteAction } from '../kinds/kind.ts'
import type { Node } from '../plan/graph.ts'
import type { PlannedChange } from '../plan/plan.ts'
import type { StoredFacts } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import type { FactMap } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'

/** What a plan says of one resource and, kept beside it in memory, what can carry it out. */
export type PlannedResource = {
  readonly change: PlannedChange
  readonly step?: Omit<Step, 'after'>
  /** As it is, where it is there: for the record. */
  readonly observed?: ObservedFacts
  /** What is known to be good of it once all is done: asked at the end of an apply. */
  readonly bookkeep?: Bookkeep
  /** What readers read of it, as it is and as it will be. */
  readonly exposed?: { readonly is: FactMap | undefined; readonly willBe: FactMap }
  readonly outdatedReaders?: OutdatedReaders
  readonly findings: readonly Finding[]
}

export type Step = {
  readonly action: WriteAction | 'remove'
  readonly after: readonly Address[]
  /** Answers what is there afterwards, undefined when nothing is. */
  carryOut(work: ApplyContext): Promise<ObservedFacts | undefined>
}

export type ObservedFacts = { readonly facts: FactMap; readonly guard: string; readonly bookkeeping?: FactMap }

export type Bookkeep = (look: ReadContext, last: StoredResource) => Promise<FactMap | undefined>

export type EarlierResources = ReadonlyMap<Address, PlannedResource>

export const BLOCKED_BY = 'plan/blocked-by'

export function blocked({ address, after }: Node, why: Problem): PlannedResource {
  return { change: { address, action: 'blocked', edits: [], impact: NO_IMPACT, after, blockedBy: why }, findings: [] }
}

/** What the state keeps of a resource, as its kind knows it. */
export function storedResource(address: Address, stored: StoredFacts): StoredResource {
  const { bookkeeping, ...rest } = stored
  return { ...rest, address, after: stored.after as readonly Address[], ...(bookkeeping && { bookkeeping: bookkeeping as FactMap }) }
}

/** Blocked when something it waits for is. */
export function blockedBy(node: Node, before: EarlierResources): PlannedResource | undefined {
  const culprit = node.after.find((other) => before.get(other)?.change.action === 'blocked')
  if (culprit === undefined) return undefined
  const summary = `${node.address} is not planned: it depends on ${culprit}.`
  return blocked(node, { code: BLOCKED_BY, summary, remedy: `Mend ${culprit} first.` })
}

/** What a kind says by a ProblemError blocks its resource. */
export async function orBlocked(node: Node, decide: () => Promise<PlannedResource>): Promise<PlannedResource> {
  try {
    return await decide()
  } catch (error) {
    if (error instanceof ProblemError) return blocked(node, error.problems[0] as Problem)
    throw error
  }
}
