import { isMap } from './json.ts'

/**
 * Checks of the fields of a map that was read back from disk. Not zod: every plan reads the state, the history and the
 * archive's index, and with zod schemas for these a plan took an eighth more CPU time.
 */
export type Shape = { readonly [field: string]: (value: unknown) => boolean }

/** The first field that is missing or malformed; '' when `value` is not a map, undefined when it has the shape. */
export function malformedField(value: unknown, shape: Shape): string | undefined {
  if (!isMap(value)) return ''
  return Object.keys(shape).find((field) => !shape[field]?.(value[field]))
}

export function hasShape(shape: Shape): (value: unknown) => boolean {
  return (value) => malformedField(value, shape) === undefined
}

export function isText(value: unknown): value is string {
  return typeof value === 'string'
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}

export function listOf(isElement: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(isElement)
}

export function optional(isValue: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === undefined || isValue(value)
}

export function oneOf(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value)
}
