/** What JSON can say. Facts are narrower: see {@link Facts}. */
export type Scalar = string | number | boolean | null
export type Json = Scalar | readonly Json[] | { readonly [key: string]: Json }

/** A value that may be printed, compared and stored: scalars and maps only, so that a diff never has to guess how lists align. */
export type FactValue = Scalar | FactMap
export type FactMap = { readonly [key: string]: FactValue }

/** RFC 6901. The empty string is the whole document. */
export type JsonPointer = string

/** Builds a pointer from unescaped segments: `pointer('a/b', 'c')` is `/a~1b/c`. */
export function pointer(...segments: readonly string[]): JsonPointer {
  return segments.map((s) => `/${s.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** The unescaped segments of a pointer; the inverse of {@link pointer}. */
export function segments(at: JsonPointer): string[] {
  if (at === '') return []
  return at
    .slice(1)
    .split('/')
    .map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** True for a map, false for scalars, null and lists. */
export function isMap(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON text with sorted keys: equal values give equal text, whatever order they were built in. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const map = value as { readonly [key: string]: Json }
  const keys = Object.keys(map).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(map[key] as Json)}`).join(',')}}`
}

/** The value at a pointer, or undefined when nothing stands there. */
export function at(value: FactValue | undefined, where: JsonPointer): FactValue | undefined {
  let here: FactValue | undefined = value
  for (const segment of segments(where)) {
    if (!isMap(here) || !Object.hasOwn(here, segment)) return undefined
    here = (here as FactMap)[segment]
  }
  return here
}

/** What the longest prefix of `where` maps to. */
export function longestPrefix<T>(map: ReadonlyMap<JsonPointer, T>, where: JsonPointer): T | undefined {
  const parts = segments(where)
  for (let length = parts.length; length >= 0; length--) {
    const found = map.get(pointer(...parts.slice(0, length)))
    if (found !== undefined) return found
  }
  return undefined
}
