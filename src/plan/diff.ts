import { diff, type IChange } from 'json-diff-ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, segments, valueAt } from '../values/json.ts'

/** One leaf that differs; a side without the leaf is `undefined`. An empty map counts as a leaf. */
export type Difference = { readonly pointer: JsonPointer; readonly from: FactValue | undefined; readonly to: FactValue | undefined }

/**
 * The leaves in which two fact maps differ, sorted by pointer; empty exactly when their canonical JSON is equal.
 * Facts hold maps and scalars only, which json-diff-ts compares without guessing.
 */
export function differences(from: FactMap, to: FactMap): Difference[] {
  const pointers = new Set(diff(from, to).flatMap((change) => leavesOfChange(change, [])))
  const leaves = [...pointers].map((path) => ({ pointer: path, from: leafAt(from, path), to: leafAt(to, path) }))
  return leaves.filter((leaf) => leaf.from !== leaf.to).sort((a, b) => (a.pointer < b.pointer ? -1 : 1))
}

/** The leaves of one map, as differences from an empty one. */
export function additions(to: FactMap): Difference[] {
  return leavesOf(to, [])
    .sort()
    .map((path) => ({ pointer: path, from: undefined, to: valueAt(to, path) }))
}

function leavesOfChange(change: IChange, above: readonly string[]): JsonPointer[] {
  const path = [...above, change.key]
  if (change.changes !== undefined) return change.changes.flatMap((inner) => leavesOfChange(inner, path))
  return [...leavesOf(change.value as FactValue, path), ...leavesOf(change.oldValue as FactValue, path)]
}

function leavesOf(value: FactValue | undefined, path: readonly string[]): JsonPointer[] {
  if (!isMap(value)) return value === undefined ? [] : [pointer(...path)]
  const keys = Object.keys(value)
  return keys.length === 0 && path.length > 0 ? [pointer(...path)] : keys.flatMap((key) => leavesOf(value[key], [...path, key]))
}

/** A map with entries is not a leaf: its entries are. */
function leafAt(facts: FactMap, path: JsonPointer): FactValue | undefined {
  const value = valueAt(facts, path)
  return isMap(value) ? (Object.keys(value).length === 0 ? EMPTY : undefined) : value
}

const EMPTY: FactMap = Object.freeze({})

/** `keys.DATABASE_URL`: a pointer as plans and reports show it. */
export function showPointer(path: JsonPointer): string {
  return segments(path)
    .map((s) => (/^([\w-]+|\[\d+\])$/.test(s) ? s : `[${s}]`))
    .join('.')
    .replaceAll('.[', '[')
}
