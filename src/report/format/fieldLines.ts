import type { Style } from './style.ts'
import { visibleLength, wrapSentences } from './wrap.ts'

/** The colours and the width of a line; where no width is known it is Infinity. */
export type Layout = { readonly style: Style; readonly width: number }

/** Values are shortened beyond this, however wide the terminal is. */
const MAX_COLUMNS = 100
const MIN_COLUMNS = 24

/** One field that differs, as plans and reports show it. */
export type Field = {
  /** `+`, `-`, `~`, coloured. */
  readonly symbol: string
  readonly name: string
  /** The change of its value, within `room` columns; a single line is printed beside the name if it fits. */
  readonly value: (room: number) => readonly string[]
  readonly remark: string
}

/**
 * Fields in columns, followed by their remarks: `~ replicas  1 -> 3  # drifted`. What does not fit in one line continues
 * below. `indent`: columns that the caller puts before each line.
 */
export function fieldLines(fields: readonly Field[], layout: Layout, indent: number): string[] {
  const space = layout.width - indent
  const column = Math.max(0, ...fields.map(({ name }) => name.length).filter((length) => length <= Math.max(MIN_COLUMNS, space / 2)))
  return fields.flatMap((field) => inlineField(field, column, space, layout.style) ?? stackedField(field, space, layout.style))
}

/** Undefined if the value would have to be shortened. */
function inlineField({ symbol, name, value, remark }: Field, column: number, space: number, style: Style): string[] | undefined {
  const start = 2 + Math.max(column, name.length) + 2
  const [line = '', ...more] = value(MAX_COLUMNS)
  const end = start + visibleLength(line)
  if (more.length > 0 || end > space) return undefined
  const head = `${symbol} ${name.padEnd(column)}  ${line}`
  return end + 4 + remark.length <= space ? [`${head}  ${style.faint(`# ${remark}`)}`] : [head, ...remarkLines(remark, space, style)]
}

function stackedField({ symbol, name, value, remark }: Field, space: number, style: Style): string[] {
  const lines = value(clampRoom(space - 4)).map((line) => `    ${line}`)
  const head = `${symbol} ${name}`
  const fits = 2 + name.length + 4 + remark.length <= space
  return fits ? [`${head}  ${style.faint(`# ${remark}`)}`, ...lines] : [head, ...lines, ...remarkLines(remark, space, style)]
}

function remarkLines(remark: string, space: number, style: Style): string[] {
  return wrapSentences(remark, clampRoom(space - 6)).map((line) => `    ${style.faint(`# ${line}`)}`)
}

/** The columns for a value when `space` columns are free. */
export function clampRoom(space: number): number {
  return Math.max(MIN_COLUMNS, Math.min(MAX_COLUMNS, space))
}
