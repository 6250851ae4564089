import type { StoredResource } from '../kinds/erasedKind.ts'
import { type ApplyContext, type Finding, NO_IMPACT, type OutdatedReaders, type ReadContext, type WriteAction } from '../kinds/kind.ts'
import type { Node } from '../plan/graph.ts'
import type { PlannedChange } from '../plan/plan.ts'
import type { StoredFacts } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import type { FactMap } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'

/** The planned change of one resource and, only in memory, what carries it out. */
export type PlannedResource = {
  readonly change: PlannedChange
  readonly step?: Omit<Step, 'after'>
  /** The resource as it is, if it exists: for the state. */
  readonly observed?: ObservedFacts
  /** Reads the bookkeeping of the resource at the end of an apply. */
  readonly bookkeep?: Bookkeep
  /** What the resource exposes to its readers, now and after this plan. */
  readonly exposed?: { readonly current: FactMap | undefined; readonly planned: FactMap }
  readonly outdatedReaders?: OutdatedReaders
  readonly findings: readonly Finding[]
}

export type Step = {
  readonly action: WriteAction | 'remove'
  readonly after: readonly Address[]
  /** Returns the resource as it is afterwards, undefined when it is removed. */
  carryOut(context: ApplyContext): Promise<ObservedFacts | undefined>
}

export type ObservedFacts = { readonly facts: FactMap; readonly guard: string; readonly bookkeeping?: FactMap }

export type Bookkeep = (context: ReadContext, recorded: StoredResource) => Promise<FactMap | undefined>

/** What is already planned of the resources that come before one in the graph. */
export type EarlierResources = ReadonlyMap<Address, PlannedResource>

export const BLOCKED_BY = 'plan/blocked-by'

export function blocked({ address, after }: Node, reason: Problem): PlannedResource {
  return { change: { address, action: 'blocked', edits: [], impact: NO_IMPACT, after, blockedBy: reason }, findings: [] }
}

/** The state's record of a resource in the form that its kind accepts. */
export function storedResource(address: Address, stored: StoredFacts): StoredResource {
  const { bookkeeping, ...rest } = stored
  return { ...rest, address, after: stored.after as readonly Address[], ...(bookkeeping && { bookkeeping: bookkeeping as FactMap }) }
}

/** Blocked when a resource that it depends on is; else undefined. */
export function blockedByDependency(node: Node, earlier: EarlierResources): PlannedResource | undefined {
  const dependency = node.after.find((other) => earlier.get(other)?.change.action === 'blocked')
  if (dependency === undefined) return undefined
  const summary = `${node.address} is not planned: it depends on ${dependency}.`
  return blocked(node, { code: BLOCKED_BY, summary, remedy: `Fix ${dependency} first.` })
}

/** A ProblemError of a kind blocks its resource. */
export async function orBlocked(node: Node, plan: () => Promise<PlannedResource>): Promise<PlannedResource> {
  try {
    return await plan()
  } catch (error) {
    if (error instanceof ProblemError) return blocked(node, error.problems[0] as Problem)
    throw error
  }
}
