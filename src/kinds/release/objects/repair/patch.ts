import type { Difference } from '../../../../values/diff.ts'
import { listOfOrderKey } from '../../../../values/factKeys.ts'
import { type FactMap, isMap, type JsonPointer, pointer, segments, valueAt } from '../../../../values/json.ts'
import type { PatchOperation, RawObject } from '../../../../world/ports/cluster.ts'
import { keysOf } from '../facts/keys.ts'
import { withoutImplied } from '../impliedEdits.ts'

export type PatchInput = {
  /** The live object and the manifest's. */
  readonly live: RawObject
  readonly manifest: RawObject
  /** The desired facts of the object. */
  readonly desired: FactMap
}

/**
 * The JSON patch that gives these fields of a live object the manifest's values. All paths are of the live object: values
 * are set before anything is removed, and lists are shortened from the end, so that indexes hold. What is not declared is
 * removed at the highest place below which nothing is desired: a container as a whole.
 */
export function patchOf(edits: readonly Difference[], input: PatchInput): readonly PatchOperation[] {
  const removals = new Set<JsonPointer>()
  const values = new Map<JsonPointer, unknown>()
  for (const edit of withoutImplied(edits, input.desired)) {
    const target =
      edit.to === undefined ? { path: removalPath(edit.pointer, input), value: undefined } : restoration(segments(edit.pointer), input)
    if (target?.value === undefined) removals.add(target?.path ?? '')
    else values.set(target.path, target.value)
  }
  removals.delete('')
  const isWithinValue = (path: JsonPointer) => [...values.keys()].some((outer) => path.startsWith(`${outer}/`))
  return [
    ...[...values].filter(([path]) => !isWithinValue(path)).map(([path, value]) => ({ op: 'add' as const, path, value })),
    ...[...removals]
      .filter((path) => !values.has(path) && !isWithinValue(path))
      .sort(fromTheEnd)
      .map((path) => ({ op: 'remove' as const, path })),
  ]
}

function removalPath(edited: JsonPointer, { live, desired }: PatchInput): JsonPointer {
  const path = segments(edited)
  const last = path.findIndex((_, i) => valueAt(desired, pointer(...path.slice(0, i + 1))) === undefined)
  return livePointer(last < 0 ? path : path.slice(0, last + 1), live)
}

/** The pointer of a fact into the live object; '' for facts that no field holds (that a deletion is under way). */
function livePointer(path: readonly string[], live: RawObject): JsonPointer {
  const livePath: string[] = []
  let [node, listField]: [unknown, string] = [live, '']
  for (const key of path) {
    const index = Array.isArray(node) ? keysOf(listField, node).keys.indexOf(key) : undefined
    if (index === undefined ? !isMap(node) || !(key in node) : index < 0) return ''
    livePath.push(index === undefined ? key : String(index))
    ;[node, listField] = index === undefined ? [(node as RawObject)[key], key] : [(node as unknown[])[index], '']
  }
  return pointer(...livePath)
}

type Target = { readonly path: JsonPointer; readonly value: unknown }

/**
 * Follows the path through both objects as far as both have it, and sets the manifest's value there. A list that lacks an
 * element, or whose elements are no objects, is set as a whole: adding at an index would insert. Where the manifest leaves
 * the value to the server there is none to set: once removed, the field gets its default again.
 */
function restoration(path: readonly string[], { live, manifest }: PatchInput): Target | undefined {
  const livePath: string[] = []
  let [liveNode, manifestNode, listField]: [unknown, unknown, string] = [live, manifest, '']
  for (const key of path.map((segment) => listOfOrderKey(segment) ?? segment)) {
    if (Array.isArray(liveNode) && Array.isArray(manifestNode)) {
      const [i, j] = [keysOf(listField, liveNode).keys.indexOf(key), keysOf(listField, manifestNode).keys.indexOf(key)]
      if (i < 0 || j < 0 || !isMap(liveNode[i]) || !isMap(manifestNode[j])) return { path: pointer(...livePath), value: manifestNode }
      livePath.push(String(i))
      ;[liveNode, manifestNode, listField] = [liveNode[i], manifestNode[j], '']
    } else {
      if (!isMap(liveNode)) return undefined
      livePath.push(key)
      const value = isMap(manifestNode) ? manifestNode[key] : undefined
      if (value === undefined && !(key in liveNode)) return undefined
      if (value === undefined || !(key in liveNode)) return { path: pointer(...livePath), value }
      ;[liveNode, manifestNode, listField] = [liveNode[key], value, key]
    }
  }
  return { path: pointer(...livePath), value: manifestNode }
}

/** Sorts higher indexes first, and fields before what contains them. */
function fromTheEnd(a: JsonPointer, b: JsonPointer): number {
  const [left, right] = [segments(a), segments(b)]
  const i = left.findIndex((segment, n) => segment !== right[n])
  if (i < 0) return right.length - left.length
  const [m, n] = [Number(left[i]), Number(right[i])]
  return Number.isNaN(m) || Number.isNaN(n) ? ((left[i] as string) < (right[i] ?? '') ? 1 : -1) : n - m
}
