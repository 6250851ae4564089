import { isMap } from './json.ts'

/** A JSON object as a server returns it, unvalidated. Its fields are read with the functions below. */
export type Unstructured = { readonly [key: string]: unknown }

/** The map at a path; empty where there is none. */
export function mapAt(object: unknown, ...path: readonly string[]): Unstructured {
  const value = valueAt(object, path)
  return isMap(value) ? value : {}
}

/** The maps of the list at a path; empty where there is no list. */
export function listAt(object: unknown, ...path: readonly string[]): readonly Unstructured[] {
  const value = valueAt(object, path)
  return Array.isArray(value) ? value.filter(isMap) : []
}

/** The text at a path; empty where there is none. */
export function textAt(object: unknown, ...path: readonly string[]): string {
  const value = valueAt(object, path)
  return typeof value === 'string' ? value : ''
}

export function numberAt(object: unknown, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, path)
  return typeof value === 'number' ? value : undefined
}

/** The map of texts at a path: labels, annotations. */
export function textsAt(object: unknown, ...path: readonly string[]): { readonly [name: string]: string } {
  return Object.fromEntries(Object.entries(mapAt(object, ...path)).map(([name, value]) => [name, String(value)]))
}

function valueAt(object: unknown, path: readonly string[]): unknown {
  let value = object
  for (const key of path) value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}
