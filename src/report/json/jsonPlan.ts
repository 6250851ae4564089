import type { Restart } from '../../kinds/kind.ts'
import { type Action, counts, dataAtRisk, hasChanges, isWrite, type Plan, type PlannedChange, refusals, restarts } from '../../plan/plan.ts'
import { countsText } from '../plan/planFooter.ts'
import { type Body, diagnostic, editOf, findingOf, problemOf, refusal } from './jsonParts.ts'

/** A plan as events: what drifted, what changes, what blocks, what is worth knowing, and the sum. */
export function planEvents(plan: Plan): Body[] {
  return [
    ...plan.changes.filter(hasDrifted).map(drift),
    ...plan.changes.filter((change) => isWrite(change.action) || change.action === 'forget').map(planned),
    ...plan.changes.filter((change) => change.action === 'blocked').map(blocked),
    ...plan.findings.map(findingOf),
    ...plan.problems.map(diagnostic),
    ...refusals(plan).map(refusal),
    // Of another world nothing was planned, so there is nothing to sum up.
    ...(plan.changes.length === 0 ? [] : [summary(plan)]),
  ]
}

function hasDrifted({ action, edits }: PlannedChange): boolean {
  return isWrite(action) && edits.some(({ cause }) => cause === 'drifted' || cause === 'both')
}

function drift({ address, action, edits }: PlannedChange): Body {
  const gone = action === 'recover'
  const drifted = edits.filter(({ cause }) => cause === 'drifted' || cause === 'both').map(editOf)
  const message = `${address}: Drift detected (${gone ? 'delete' : 'update'})`
  return { message, type: 'resource_drift', address, action: gone ? 'delete' : 'update', edits: drifted }
}

type Told = Exclude<Action, 'adopt' | 'keep' | 'accept' | 'blocked'>

function planned({ address, action, edits, impact }: PlannedChange): Body {
  return {
    message: `${address}: Plan to ${action}`,
    type: 'planned_change',
    address,
    action: action as Told,
    edits: edits.map(editOf),
    restarts: impact.restarts.map(restartOf),
    dataAtRisk: impact.dataAtRisk.map((one) => ({ ...one })),
    access: [...impact.access],
    notes: [...(impact.notes ?? [])],
    refusals: impact.refusals.map((one) => ({ ...problemOf(one), consent: one.consent })),
  }
}

function blocked({ address, why }: PlannedChange): Body {
  return {
    level: 'error',
    message: `${address}: Not planned`,
    type: 'change_blocked',
    address,
    ...(why !== undefined && { why: problemOf(why) }),
  }
}

function restartOf({ workload, pods, because }: Restart) {
  return { workload, pods, ...(because && { because: [...because] }) }
}

function summary(plan: Plan): Body {
  const { add, change, destroy } = counts(plan)
  const incomplete = plan.problems.length > 0 || plan.changes.some(({ action }) => action === 'blocked')
  return {
    level: incomplete ? 'error' : 'info',
    message: incomplete ? 'This plan is incomplete.' : hasChanges(plan) ? `Plan: ${countsText(counts(plan))}.` : 'No changes.',
    type: 'change_summary',
    changes: { add, change, remove: destroy, operation: 'plan' },
    incomplete,
    resources: plan.changes.length,
    notLookedAt: plan.notLookedAt,
    restarts: restarts(plan).map(restartOf),
    dataAtRisk: dataAtRisk(plan).map((one) => ({ ...one })),
  }
}
