import type { DriftedField, DriftReport } from '../../plan/drift.ts'
import { showPointer } from '../../values/factKeys.ts'
import { isFingerprint } from '../../values/fingerprint.ts'
import type { FactValue, Json } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'

/** The report as one JSON document; `at`: the time of the check, RFC 3339. */
export function driftJson(report: DriftReport, at: string): string {
  const { comparedWith, checked, drifted, unchecked, skipped, findings, problems, lastApply } = report
  const document = {
    format: 1,
    at,
    comparedWith,
    ...(lastApply && { lastApply }),
    checked,
    drifted: drifted.map(({ address, is, fields, keysUnknown, since }) => ({
      address,
      is,
      keysUnknown,
      ...(since && { since }),
      fields: fields.map(fieldJson),
    })),
    unchecked: unchecked.map(({ address, why }) => ({ address, why: problemJson(why) })),
    skipped,
    findings: findings.map(({ address, ...finding }) => ({ address, ...problemJson(finding) })),
    problems: problems.map(problemJson),
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

/** An absent side is omitted; a hidden one is `(hidden)` instead of its fingerprint. */
function fieldJson({ pointer, applied, live: found, by, class: is, acceptance, acceptedUntil, note, since }: DriftedField) {
  const hidden = isFingerprint(applied) || isFingerprint(found)
  const side = (value: FactValue | undefined) => (hidden ? '(hidden)' : (value as Json))
  return {
    field: showPointer(pointer),
    pointer,
    class: is,
    ...(hidden && { hidden }),
    ...(applied !== undefined && { applied: side(applied) }),
    ...(found !== undefined && { found: side(found) }),
    ...(by && { by }),
    ...(acceptance && { accepted: { reason: acceptance.reason, until: acceptance.until } }),
    ...(acceptedUntil && { acceptedUntil }),
    ...(note && { note }),
    ...(since && { since }),
  }
}

function problemJson({ code, summary, detail, at, remedy }: Problem) {
  return { code, summary, ...(detail && { detail }), ...(at && { at }), remedy }
}
