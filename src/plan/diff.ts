import { diff, type IChange } from 'json-diff-ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, segments, valueAt } from '../values/json.ts'

/** One leaf that differs; `undefined` on a side: nothing stands there. An empty map counts as a leaf. */
export type Difference = { readonly pointer: JsonPointer; readonly from: FactValue | undefined; readonly to: FactValue | undefined }

/**
 * The leaves in which two fact maps differ, sorted by pointer; empty exactly when their canonical JSON is equal.
 * Facts hold maps and scalars only, which is what json-diff-ts compares without guessing.
 */
export function differences(from: FactMap, to: FactMap): Difference[] {
  const touched = new Set(diff(from, to).flatMap((change) => leaves(change, [])))
  const all = [...touched].map((where) => ({ pointer: where, from: leafAt(from, where), to: leafAt(to, where) }))
  return all.filter((one) => one.from !== one.to).sort((a, b) => (a.pointer < b.pointer ? -1 : 1))
}

/** The leaves of one map, as the differences from nothing. */
export function additions(to: FactMap): Difference[] {
  return leavesOf(to, [])
    .sort()
    .map((where) => ({ pointer: where, from: undefined, to: valueAt(to, where) }))
}

function leaves(change: IChange, above: readonly string[]): JsonPointer[] {
  const here = [...above, change.key]
  if (change.changes !== undefined) return change.changes.flatMap((inner) => leaves(inner, here))
  return [...leavesOf(change.value as FactValue, here), ...leavesOf(change.oldValue as FactValue, here)]
}

function leavesOf(value: FactValue | undefined, here: readonly string[]): JsonPointer[] {
  if (!isMap(value)) return value === undefined ? [] : [pointer(...here)]
  const keys = Object.keys(value)
  return keys.length === 0 && here.length > 0 ? [pointer(...here)] : keys.flatMap((key) => leavesOf(value[key], [...here, key]))
}

/** A map with something in it is no leaf: what stands inside is reported by itself. */
function leafAt(facts: FactMap, where: JsonPointer): FactValue | undefined {
  const value = valueAt(facts, where)
  return isMap(value) ? (Object.keys(value).length === 0 ? EMPTY : undefined) : value
}

const EMPTY: FactMap = Object.freeze({})

/** `keys.DATABASE_URL`: a pointer as people read it. */
export function showPointer(where: JsonPointer): string {
  return segments(where)
    .map((s) => (/^([\w-]+|\[\d+\])$/.test(s) ? s : `[${s}]`))
    .join('.')
    .replaceAll('.[', '[')
}
