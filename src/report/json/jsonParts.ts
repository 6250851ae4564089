import type { Edit, Finding } from '../../kinds/kind.ts'
import { type FactValue, isMap } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import { isFingerprint } from '../format/valueText.ts'
import type { StreamEdit, StreamEvent } from './eventSchema.ts'

type Head = '@level' | '@message' | '@module' | '@timestamp'
type Distribute<E> = E extends unknown ? Omit<E, Head> : never

/** An event before the stream dates it. */
export type Body = Distribute<StreamEvent> & { readonly level?: StreamEvent['@level']; readonly message: string }

export type Range = { filename: string; start: { line: number; column: number } }

/** A place as the stream names it. */
export function rangeOf({ file, line, col }: Position): Range {
  return { filename: file, start: { line, column: col } }
}

/** A problem's fields as the stream names them. */
export function problemOf({ code, summary, detail, remedy, at }: Problem) {
  return { code, summary, ...(detail !== undefined && { detail }), remedy, ...(at !== undefined && { range: rangeOf(at) }) }
}

/** A problem as an event. */
export function diagnostic(problem: Problem): Body {
  const told = { severity: 'error' as const, ...problemOf(problem) }
  return { level: 'error', message: `Error: ${problem.summary}`, type: 'diagnostic', diagnostic: told }
}

/** Why a change will not be applied unless it is allowed, as an event: no error yet, a plan may hold it. */
export function refusal(problem: Problem): Body {
  const told = { severity: 'warning' as const, ...problemOf(problem) }
  return { level: 'warn', message: `Refused: ${problem.summary}`, type: 'diagnostic', diagnostic: told }
}

/** Something to know that no change repairs, as an event. */
export function findingOf(found: Finding): Body {
  const { address } = found
  return { level: 'warn', message: `${address}: ${found.summary}`, type: 'finding', address, ...problemOf(found) }
}

/** A field's difference as the stream tells it: of a secret only that it differs. */
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

/** The only map that is a leaf is an empty one. */
function leafOf(value: FactValue): NonNullable<StreamEdit['to']> | null {
  return isMap(value) ? {} : value
}
