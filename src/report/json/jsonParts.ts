import type { Edit, Finding } from '../../kinds/kind.ts'
import { isFingerprint } from '../../values/fingerprint.ts'
import { type FactValue, isMap } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import type { StreamEdit, StreamEvent } from './eventSchema.ts'

type HeadField = '@level' | '@message' | '@module' | '@timestamp'
type Distribute<E> = E extends unknown ? Omit<E, HeadField> : never

/** An event without the fields that the stream adds. */
export type EventBody = Distribute<StreamEvent> & { readonly level?: StreamEvent['@level']; readonly message: string }

export type Range = { filename: string; start: { line: number; column: number } }

/** A position in a file in the terms of the stream. */
function rangeOf({ file, line, col }: Position): Range {
  return { filename: file, start: { line, column: col } }
}

/** The fields of a problem in the terms of the stream. */
export function problemOf({ code, summary, detail, remedy, at }: Problem) {
  return { code, summary, ...(detail !== undefined && { detail }), remedy, ...(at !== undefined && { range: rangeOf(at) }) }
}

/** A problem as an event. */
export function diagnostic(problem: Problem): EventBody {
  const fields = { severity: 'error' as const, ...problemOf(problem) }
  return { level: 'error', message: `Error: ${problem.summary}`, type: 'diagnostic', diagnostic: fields }
}

/** The refusal of a change as an event: a warning, because a plan may contain it. */
export function refusal(problem: Problem): EventBody {
  const fields = { severity: 'warning' as const, ...problemOf(problem) }
  return { level: 'warn', message: `Refused: ${problem.summary}`, type: 'diagnostic', diagnostic: fields }
}

/** A finding as an event. */
export function findingOf(finding: Finding): EventBody {
  const { address } = finding
  return { level: 'warn', message: `${address}: ${finding.summary}`, type: 'finding', address, ...problemOf(finding) }
}

/** The change of a field in the terms of the stream; the values of a secret are hidden. */
export function editOf({ pointer, from, to, cause, by, origin }: Edit): StreamEdit {
  const hidden = isFingerprint(from) || isFingerprint(to)
  const side = (value: FactValue) => (hidden ? '(hidden)' : leafOf(value))
  return {
    pointer,
    ...(from !== undefined && { from: side(from) }),
    ...(to !== undefined && { to: side(to) }),
    ...(hidden && { hidden }),
    cause,
    ...(by !== undefined && { by: { ...by } }),
    ...(origin !== undefined && { origin: origin === 'guide' ? origin : rangeOf(origin) }),
  }
}

/** A map in a fact is always empty. */
function leafOf(value: FactValue): NonNullable<StreamEdit['to']> | null {
  return isMap(value) ? {} : value
}
