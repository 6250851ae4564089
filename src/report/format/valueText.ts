import { canonicalJson, type FactValue, type Json } from '../../values/json.ts'
import { inlineChange, lineChange } from './stringChange.ts'
import type { Style } from './style.ts'
import { escapeControls, truncateMiddle } from './wrap.ts'

/** A value, quoted only where it would be ambiguous without, and without anything that a terminal executes. */
export function showValue(value: FactValue | undefined): string {
  const isClear = typeof value === 'string' && value !== '' && !/[\s\p{Cc}\p{Cf}]|^["']/u.test(value)
  return isClear ? value : escapeControls(canonicalJson((value ?? null) as Json))
}

/** A value in at most `room` columns; a longer one is truncated, with its length. */
export function shortValue(value: FactValue | undefined, room: number): string {
  const text = showValue(value)
  if (text.length <= room) return text
  const size = typeof value === 'string' && hasLines(value) ? `${value.split('\n').length} lines` : `${text.length} characters`
  return `${truncateMiddle(text, Math.max(12, room - size.length - 3))} (${size})`
}

/** The change of a value, on one line where that is readable, else on several. */
export function valueChange(from: FactValue, to: FactValue, room: number, style: Style): string[] {
  if (typeof from === 'string' && typeof to === 'string' && hasLines(from) && hasLines(to)) return lineChange(from, to, room, style)
  const [before, after] = [showValue(from), showValue(to)]
  if (before.length + after.length + ARROW.length <= room) return [`${before}${ARROW}${after}`]
  const each = Math.max(12, room - ARROW.length)
  const sides = [shortValue(from, each), shortValue(to, each)] as const
  const inline = typeof from === 'string' && typeof to === 'string' ? inlineChange(from, to, room, style, sides[0] === sides[1]) : undefined
  return inline === undefined ? [sides[0], `${ARROW.trim()} ${sides[1]}`] : [inline]
}

const ARROW = ' -> '

/** A newline at the end does not make a second line. */
function hasLines(text: string): boolean {
  return text.trimEnd().includes('\n')
}
