import type { Cause } from '../kinds/kind.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import { isWrite, type Plan, type PlannedChange } from './plan.ts'

/** Why a change is not made unattended. */
export type Reason =
  /** The policy does not cover what caused it. */
  | { readonly is: 'policy'; readonly cause: Cause }
  /** Removals and replacements are a person's to approve. */
  | { readonly is: 'action' }
  | { readonly is: 'data-at-risk'; readonly what: string }
  /** It has to be allowed by name first. */
  | { readonly is: 'refused'; readonly summary: string; readonly consent: string }
  | { readonly is: 'depends'; readonly on: Address }

export type Skipped = { readonly change: PlannedChange; readonly why: Reason }

export type UnattendedSelection = {
  /** What may be written unattended, in the plan's order. */
  readonly changes: readonly PlannedChange[]
  readonly skipped: readonly Skipped[]
}

const COVERED: { readonly [P in Policy]: readonly Cause[] } = {
  none: [],
  declared: ['declared'],
  drifted: ['drifted'],
  all: ['declared', 'drifted', 'both', 'unexplained'],
}
const UNATTENDED: ReadonlySet<string> = new Set(['create', 'recover', 'update', 'repair'])

/**
 * Which of a plan's writes a daemon may make without a person. A change is made as a whole, so the policy has to cover
 * the cause of every edit. `unfinished`: resources whose change this daemon was allowed to make and did not bring to its
 * end; what is left of it looks like drift and is none.
 */
export function selectUnattended(plan: Plan, policy: Policy, unfinished: ReadonlySet<Address> = new Set()): UnattendedSelection {
  const out = new Map<Address, Address>()
  const changes: PlannedChange[] = []
  const leftOut: Skipped[] = []
  // The changes come in order, so what one depends on was judged before it.
  for (const change of plan.changes) {
    const culprit = change.after.map((other) => out.get(other)).find((found) => found !== undefined)
    if (culprit !== undefined) out.set(change.address, culprit)
    if (!isWrite(change.action)) continue
    const why = objection(change, policy, unfinished.has(change.address)) ?? (culprit && { is: 'depends' as const, on: culprit })
    if (why === undefined) changes.push(change)
    else {
      leftOut.push({ change, why })
      out.set(change.address, change.address)
    }
  }
  return { changes, skipped: leftOut }
}

function objection(change: PlannedChange, policy: Policy, isUnfinished: boolean): Reason | undefined {
  if (!UNATTENDED.has(change.action)) return { is: 'action' }
  const [refusal] = change.impact.refusals
  if (refusal !== undefined) return { is: 'refused', summary: refusal.summary, consent: refusal.consent }
  const [risk] = change.impact.dataAtRisk
  if (risk !== undefined) return { is: 'data-at-risk', what: risk.what }
  if (isUnfinished && policy !== 'none') return undefined
  const cause = causes(change).find((one) => !COVERED[policy].includes(one))
  return cause && { is: 'policy', cause }
}

/** A resource without a single fact is caused by what its action says. */
function causes({ action, edits }: PlannedChange): readonly Cause[] {
  const own = action === 'create' ? 'declared' : action === 'recover' || action === 'repair' ? 'drifted' : 'unexplained'
  return edits.length === 0 ? [own] : edits.map((edit) => edit.cause)
}
