import type { Restart } from '../../kinds/kind.ts'
import { type Action, counts, dataAtRisk, hasChanges, isWrite, type Plan, type PlannedChange, refusals, restarts } from '../../plan/plan.ts'
import { countsText } from '../plan/planFooter.ts'
import { diagnostic, type EventBody, editOf, findingOf, problemOf, refusal } from './jsonParts.ts'

/** A plan as events: drift, changes, blocked resources, findings, problems, and the summary. */
export function planEvents(plan: Plan): EventBody[] {
  return [
    ...plan.changes.filter(hasDrifted).map(drift),
    ...plan.changes.filter((change) => isWrite(change.action) || change.action === 'forget').map(planned),
    ...plan.changes.filter((change) => change.action === 'blocked').map(blocked),
    ...plan.findings.map(findingOf),
    ...plan.problems.map(diagnostic),
    ...refusals(plan).map(refusal),
    // Nothing is planned for another world, so there is no summary.
    ...(plan.changes.length === 0 ? [] : [summary(plan)]),
  ]
}

function hasDrifted({ action, edits }: PlannedChange): boolean {
  return isWrite(action) && edits.some(({ cause }) => cause === 'drifted' || cause === 'both')
}

function drift({ address, action, edits }: PlannedChange): EventBody {
  const isDeleted = action === 'recover'
  const drifted = edits.filter(({ cause }) => cause === 'drifted' || cause === 'both').map(editOf)
  const message = `${address}: Drift detected (${isDeleted ? 'delete' : 'update'})`
  return { message, type: 'resource_drift', address, action: isDeleted ? 'delete' : 'update', edits: drifted }
}

type StreamAction = Exclude<Action, 'adopt' | 'keep' | 'accept' | 'blocked'>

function planned({ address, action, edits, impact }: PlannedChange): EventBody {
  return {
    message: `${address}: Plan to ${action}`,
    type: 'planned_change',
    address,
    action: action as StreamAction,
    edits: edits.map(editOf),
    restarts: impact.restarts.map(restartOf),
    dataAtRisk: impact.dataAtRisk.map((risk) => ({ ...risk })),
    access: [...impact.access],
    notes: [...(impact.notes ?? [])],
    refusals: impact.refusals.map((refused) => ({ ...problemOf(refused), consent: refused.consent })),
  }
}

function blocked({ address, blockedBy: why }: PlannedChange): EventBody {
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

function summary(plan: Plan): EventBody {
  const { add, change, destroy } = counts(plan)
  const incomplete = plan.problems.length > 0 || plan.changes.some(({ action }) => action === 'blocked')
  return {
    level: incomplete ? 'error' : 'info',
    message: incomplete ? 'This plan is incomplete.' : hasChanges(plan) ? `Plan: ${countsText(counts(plan))}.` : 'No changes.',
    type: 'change_summary',
    changes: { add, change, remove: destroy, operation: 'plan' },
    incomplete,
    resources: plan.changes.length,
    notLookedAt: plan.uncheckedCount,
    restarts: restarts(plan).map(restartOf),
    dataAtRisk: dataAtRisk(plan).map((risk) => ({ ...risk })),
  }
}
