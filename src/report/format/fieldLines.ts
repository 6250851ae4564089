import { plainLength, prose } from './fold.ts'
import type { Style } from './style.ts'

/** How it is to look: the colours, and how many columns a line has; where nobody knows, it has no end. */
export type Layout = { readonly style: Style; readonly width: number }

/** Longer values are folded however wide the page is. */
const WIDEST = 100
const NARROWEST = 24

/** One field that differs, as plans and reports show it. */
export type Field = {
  /** `+`, `-`, `~`, coloured. */
  readonly symbol: string
  readonly name: string
  /** What becomes of it, in so many columns; the first line may stand beside the name. */
  readonly value: (room: number) => readonly string[]
  readonly remark: string
}

/**
 * Fields in columns, their remarks behind them: `~ replicas  1 -> 3  # drifted`. What does not fit in one line of the page
 * goes on below. `indent` columns are the caller's.
 */
export function fieldLines(fields: readonly Field[], page: Layout, indent: number): string[] {
  const space = page.width - indent
  const column = Math.max(0, ...fields.map(({ name }) => name.length).filter((length) => length <= Math.max(NARROWEST, space / 2)))
  return fields.flatMap((field) => inlineField(field, column, space, page.style) ?? stackedField(field, space, page.style))
}

/** Undefined when the value would have to be shortened for it. */
function inlineField({ symbol, name, value, remark }: Field, column: number, space: number, style: Style): string[] | undefined {
  const start = 2 + Math.max(column, name.length) + 2
  const [line = '', ...more] = value(WIDEST)
  const end = start + plainLength(line)
  if (more.length > 0 || end > space) return undefined
  const head = `${symbol} ${name.padEnd(column)}  ${line}`
  return end + 4 + remark.length <= space ? [`${head}  ${style.faint(`# ${remark}`)}`] : [head, ...remarkLines(remark, space, style)]
}

function stackedField({ symbol, name, value, remark }: Field, space: number, style: Style): string[] {
  const lines = value(roomIn(space - 4)).map((line) => `    ${line}`)
  const head = `${symbol} ${name}`
  const fits = 2 + name.length + 4 + remark.length <= space
  return fits ? [`${head}  ${style.faint(`# ${remark}`)}`, ...lines] : [head, ...lines, ...remarkLines(remark, space, style)]
}

function remarkLines(remark: string, space: number, style: Style): string[] {
  return prose(remark, roomIn(space - 6)).map((line) => `    ${style.faint(`# ${line}`)}`)
}

/** Room for a value on a page with so much space. */
export function roomIn(space: number): number {
  return Math.max(NARROWEST, Math.min(WIDEST, space))
}
