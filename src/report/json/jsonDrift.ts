import type { DriftedField, DriftedResource, DriftReport } from '../../plan/drift.ts'
import { type Body, diagnostic, editOf, findingOf, problemOf } from './jsonParts.ts'

/** A report of drift as events: what drifted, what could not be checked, what is wrong, and the sum. */
export function driftEvents(report: DriftReport): Body[] {
  const cause = report.comparedWith === 'state' ? 'drifted' : 'unexplained'
  return [
    ...report.drifted.map((one) => drifted(one, cause)),
    ...report.unchecked.map(
      ({ address, why }): Body => ({
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

function drifted({ address, is, fields, keysUnknown }: DriftedResource, cause: 'drifted' | 'unexplained'): Body {
  const action = is === 'gone' ? 'delete' : 'update'
  return {
    message: `${address}: Drift detected (${action})`,
    type: 'resource_drift',
    address,
    action,
    edits: fields.map((field) => editOf(backTo(field, cause))),
    ...(keysUnknown && { keysUnknown }),
  }
}

/** As a plan tells it: from what is there to what it was. */
function backTo({ pointer, applied, found, by }: DriftedField, cause: 'drifted' | 'unexplained') {
  return { pointer, from: found, to: applied, cause, ...(by && { by }) }
}

function summary({ comparedWith, lastApply, checked, drifted, unchecked, skipped, problems }: DriftReport): Body {
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
