import { diff, type IChange } from 'json-diff-ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, valueAt } from './json.ts'

/** One leaf that differs; `undefined` on a side: it is absent there. An empty map counts as a leaf. */
export type Difference = { readonly pointer: JsonPointer; readonly from: FactValue | undefined; readonly to: FactValue | undefined }

/**
 * The leaves in which two fact maps differ, sorted by pointer; empty exactly when their canonical JSON is equal.
 * Facts hold maps and scalars only, which is what json-diff-ts compares without guessing.
 */
export function differences(from: FactMap, to: FactMap): Difference[] {
  const touched = new Set(diff(...withoutEqual(from, to)).flatMap((change) => leaves(change, [])))
  const candidates = [...touched].map((path) => ({ pointer: path, from: leafAt(from, path), to: leafAt(to, path) }))
  return candidates.filter((difference) => difference.from !== difference.to).sort((a, b) => (a.pointer < b.pointer ? -1 : 1))
}

/** The leaves of one map, as the differences from nothing. */
export function additions(to: FactMap): Difference[] {
  return leavesOf(to, [])
    .sort()
    .map((path) => ({ pointer: path, from: undefined, to: valueAt(to, path) }))
}

/** Both maps without the parts that are equal: of a whole release hardly anything is left for json-diff-ts to compare. */
function withoutEqual(from: FactMap, to: FactMap): [FactMap, FactMap] {
  const restOfFrom: [string, FactValue][] = []
  const restOfTo: [string, FactValue][] = []
  for (const [key, value] of Object.entries(from)) {
    const other = Object.hasOwn(to, key) ? to[key] : undefined
    if (value === other) continue
    const [left, right] = isMap(value) && isMap(other) ? withoutEqual(value as FactMap, other as FactMap) : [value, other]
    if (isMap(left) && isMap(right) && isEmpty(left) && isEmpty(right)) continue
    restOfFrom.push([key, left])
    if (right !== undefined) restOfTo.push([key, right])
  }
  for (const [key, value] of Object.entries(to)) if (!Object.hasOwn(from, key)) restOfTo.push([key, value])
  return [Object.fromEntries(restOfFrom), Object.fromEntries(restOfTo)]
}

function isEmpty(map: object): boolean {
  return Object.keys(map).length === 0
}

function leaves(change: IChange, above: readonly string[]): JsonPointer[] {
  const path = [...above, change.key]
  if (change.changes !== undefined) return change.changes.flatMap((inner) => leaves(inner, path))
  return [...leavesOf(change.value as FactValue, path), ...leavesOf(change.oldValue as FactValue, path)]
}

function leavesOf(value: FactValue | undefined, path: readonly string[]): JsonPointer[] {
  if (!isMap(value)) return value === undefined ? [] : [pointer(...path)]
  const keys = Object.keys(value)
  return keys.length === 0 && path.length > 0 ? [pointer(...path)] : keys.flatMap((key) => leavesOf(value[key], [...path, key]))
}

/** A map that is not empty is no leaf: its leaves are reported by themselves. */
function leafAt(facts: FactMap, path: JsonPointer): FactValue | undefined {
  const value = valueAt(facts, path)
  return isMap(value) ? (isEmpty(value) ? EMPTY : undefined) : value
}

const EMPTY: FactMap = Object.freeze({})
