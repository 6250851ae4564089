import type { Cause } from '../kinds/kind.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import { isWrite, type Plan, type PlannedChange } from './plan.ts'

/** Why a change is not applied unattended. */
export type SkipReason =
  /** The policy does not cover what caused it. */
  | { readonly is: 'policy'; readonly cause: Cause }
  /** Removals and replacements need approval. */
  | { readonly is: 'action' }
  | { readonly is: 'data-at-risk'; readonly what: string }
  /** It needs a consent flag first. */
  | { readonly is: 'refused'; readonly summary: string; readonly consent: string }
  | { readonly is: 'depends'; readonly on: Address }

export type Skipped = { readonly change: PlannedChange; readonly why: SkipReason }

export type UnattendedSelection = {
  /** What may be written unattended, in the plan's order. */
  readonly changes: readonly PlannedChange[]
  readonly skipped: readonly Skipped[]
}

const COVERED_CAUSES: { readonly [P in Policy]: readonly Cause[] } = {
  none: [],
  declared: ['declared'],
  drifted: ['drifted'],
  all: ['declared', 'drifted', 'both', 'unexplained'],
}
const UNATTENDED_ACTIONS: ReadonlySet<string> = new Set(['create', 'recover', 'update', 'repair'])

/**
 * Selects the writes that a daemon may apply without approval. A change is applied as a whole, so the policy has to cover
 * the cause of every edit. `unfinished`: resources whose change this daemon began and did not finish; the rest of such a
 * change looks like drift, and the policy has already allowed it.
 */
export function selectUnattended(plan: Plan, policy: Policy, unfinished: ReadonlySet<Address> = new Set()): UnattendedSelection {
  const skippedBecause = new Map<Address, Address>()
  const changes: PlannedChange[] = []
  const skipped: Skipped[] = []
  // The changes are in topological order: the dependencies of each one are decided before it.
  for (const change of plan.changes) {
    const skippedDependency = change.after.map((other) => skippedBecause.get(other)).find((skippedAddress) => skippedAddress !== undefined)
    if (skippedDependency !== undefined) skippedBecause.set(change.address, skippedDependency)
    if (!isWrite(change.action)) continue
    const reason =
      blockReason(change, policy, unfinished.has(change.address)) ??
      (skippedDependency && { is: 'depends' as const, on: skippedDependency })
    if (reason === undefined) changes.push(change)
    else {
      skipped.push({ change, why: reason })
      skippedBecause.set(change.address, change.address)
    }
  }
  return { changes, skipped }
}

function blockReason(change: PlannedChange, policy: Policy, isUnfinished: boolean): SkipReason | undefined {
  if (!UNATTENDED_ACTIONS.has(change.action)) return { is: 'action' }
  const [refusal] = change.impact.refusals
  if (refusal !== undefined) return { is: 'refused', summary: refusal.summary, consent: refusal.consent }
  const [risk] = change.impact.dataAtRisk
  if (risk !== undefined) return { is: 'data-at-risk', what: risk.what }
  if (isUnfinished && policy !== 'none') return undefined
  const uncovered = causes(change).find((cause) => !COVERED_CAUSES[policy].includes(cause))
  return uncovered && { is: 'policy', cause: uncovered }
}

/** The causes of a change; without edits, its action stands for them. */
function causes({ action, edits }: PlannedChange): readonly Cause[] {
  const own = action === 'create' ? 'declared' : action === 'recover' || action === 'repair' ? 'drifted' : 'unexplained'
  return edits.length === 0 ? [own] : edits.map((edit) => edit.cause)
}
