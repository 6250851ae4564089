import { type JsonPointer, segments } from './json.ts'

/**
 * The keys that facts invent, because facts have no lists: `[3]` for an element by its index, `KEY#2` for the second element
 * with a key, `LIST (order)` for a list's order beside the list. All of them are written and parsed here.
 */

/** The fact of an empty list, which otherwise would look like an empty map. */
export const EMPTY_LIST = { '[]': true } as const

export function indexKey(index: number): string {
  return `[${index}]`
}

function isIndexKey(key: string): boolean {
  return /^\[\d+\]$/.test(key)
}

/** A list's elements by index. */
export function byIndex<T>(elements: readonly T[]): { readonly [key: string]: T } {
  return Object.fromEntries(elements.map((element, index) => [indexKey(index), element]))
}

/** Each key, or `KEY#2` where it occurs a second time: a duplicate is a difference, not lost. */
export function numberDuplicates(keys: readonly string[]): string[] {
  const counts = new Map<string, number>()
  return keys.map((key) => {
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    return count === 1 ? key : `${key}#${count}`
  })
}

/** The key without the number that distinguishes duplicates. */
export function withoutNumber(key: string): string {
  return key.replace(/#\d+$/, '')
}

/** The key of the fact that holds the order of a list. */
export function orderKey(list: string): string {
  return `${list}${ORDER}`
}

/** The list whose order this fact holds; undefined for any other key. */
export function listOfOrderKey(key: string): string | undefined {
  return key.endsWith(ORDER) ? key.slice(0, -ORDER.length) : undefined
}

const ORDER = ' (order)'

/** The order of a list: its elements' keys. */
export function orderText(keys: readonly string[]): string {
  return keys.join(', ')
}

export function parseOrder(text: string): readonly string[] {
  return text.split(', ')
}

/** `keys.DATABASE_URL`, `env[A.B]`, `args[0]`: a pointer as plans and reports show it. */
export function showPointer(pointer: JsonPointer): string {
  return segments(pointer)
    .map((segment) => (/^[\w-]+$/.test(segment) || isIndexKey(segment) ? segment : `[${segment}]`))
    .join('.')
    .replaceAll('.[', '[')
}

/** The segments of a path in the form of {@link showPointer}; an index key stands in brackets of its own: `metrics[[0]].type`. */
export function parsePath(path: string): readonly string[] {
  const parts = path.match(/\[(?:\[\d+\]|[^\]]+)\]|[^.[]+/g) ?? []
  return parts.map((part) => (part.startsWith('[') ? part.slice(1, -1) : part))
}
