import type { DriftedField, DriftedResource, DriftReport } from '../../plan/drift.ts'
import { diagnostic, type EventBody, editOf, findingOf, problemOf } from './jsonParts.ts'

/** A drift report as events: drift, unchecked resources, findings, problems, and the summary. */
export function driftEvents(report: DriftReport): EventBody[] {
  const cause = report.comparedWith === 'state' ? 'drifted' : 'unexplained'
  return [
    ...report.drifted.map((resource) => driftEvent(resource, cause)),
    ...report.unchecked.map(
      ({ address, why }): EventBody => ({
        level: 'error',
        message: `${address}: Not checked: ${why.summary}`,
        type: 'resource_unchecked',
        address,
        why: problemOf(why),
      }),
    ),
    ...report.findings.map(findingOf),
    ...report.problems.map(diagnostic),
    summary(report),
  ]
}

function driftEvent({ address, is, fields, keysUnknown }: DriftedResource, cause: 'drifted' | 'unexplained'): EventBody {
  const action = is === 'gone' ? 'delete' : 'update'
  return {
    message: `${address}: Drift detected (${action})`,
    type: 'resource_drift',
    address,
    action,
    edits: fields.map((field) => editOf(revertingEdit(field, cause))),
    ...(keysUnknown && { keysUnknown }),
  }
}

/** The drift of a field as the edit that reverts it, as in a plan. */
function revertingEdit({ pointer, applied, live: found, by }: DriftedField, cause: 'drifted' | 'unexplained') {
  return { pointer, from: found, to: applied, cause, ...(by && { by }) }
}

function summary({ comparedWith, lastApply, checked, drifted, unchecked, skipped, problems }: DriftReport): EventBody {
  const incomplete = unchecked.length + problems.length > 0
  return {
    level: incomplete ? 'error' : 'info',
    message: `Drift: ${drifted.length} of ${checked} resources${incomplete ? '; the check is incomplete' : ''}.`,
    type: 'drift_summary',
    comparedWith,
    ...(lastApply && { lastApply: { ...lastApply } }),
    checked,
    drifted: drifted.length,
    unchecked: unchecked.length,
    skipped: [...skipped],
    incomplete,
  }
}
