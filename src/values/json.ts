/** Any JSON value. Facts are narrower: see {@link FactValue}. */
export type Scalar = string | number | boolean | null
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json }

/** A value that can be printed, compared and stored: scalars and maps only, so that a diff never guesses how lists align. */
export type FactValue = Scalar | FactMap
export type FactMap = { readonly [key: string]: FactValue }

/** RFC 6901. The empty string is the whole document. */
export type JsonPointer = string

/** Builds a pointer from unescaped segments: `pointer('a/b', 'c')` is `/a~1b/c`. */
export function pointer(...segments: readonly string[]): JsonPointer {
  return segments.map((s) => `/${s.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The unescaped segments of a pointer; the inverse of {@link pointer}. */
export function segments(path: JsonPointer): string[] {
  if (path === '') return []
  return path
    .slice(1)
    .split('/')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** True for a map, false for scalars, null and lists. */
export function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON text with sorted keys: equal values give equal text. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const map = value as { readonly [key: string]: Json }
  const keys = Object.keys(map).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(map[key] as Json)}`).join(',')}}`
}

/** The value at a pointer, or undefined when there is none. */
export function valueAt(value: FactValue | undefined, path: JsonPointer): FactValue | undefined {
  let current: FactValue | undefined = value
  for (const segment of segments(path)) {
    if (!isMap(current) || !Object.hasOwn(current, segment)) return undefined
    current = (current as FactMap)[segment]
  }
  return current
}

/** The value of the longest key in `map` that is a prefix of `path`. */
export function longestPrefix<T>(map: ReadonlyMap<JsonPointer, T>, path: JsonPointer): T | undefined {
  const parts = segments(path)
  for (let length = parts.length; length >= 0; length--) {
    const value = map.get(pointer(...parts.slice(0, length)))
    if (value !== undefined) return value
  }
  return undefined
}
