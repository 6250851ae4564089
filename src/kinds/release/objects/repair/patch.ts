import type { Difference } from '../../../../values/diff.ts'
import { listOfOrderKey } from '../../../../values/factKeys.ts'
import { type FactMap, isMap, type JsonPointer, pointer, segments, valueAt } from '../../../../values/json.ts'
import type { PatchOperation, RawObject } from '../../../../world/ports/cluster.ts'
import { keysOf } from '../facts/keys.ts'
import { withoutImplied } from '../impliedEdits.ts'

export type Sides = {
  /** The live object and the one of the manifest. */
  readonly live: RawObject
  readonly manifest: RawObject
  /** The facts that are wanted. */
  readonly wanted: FactMap
}

/**
 * The JSON patch that makes these fields of a live object as the manifest has them. What nobody declared is removed at the
 * highest place where nothing is wanted, so that a container goes as a whole; in lists from the end, so that indexes hold.
 */
export function patchOf(edits: readonly Difference[], sides: Sides): readonly PatchOperation[] {
  const removals = new Set<JsonPointer>()
  const replaced = new Map<JsonPointer, unknown>()
  for (const edit of withoutImplied(edits, sides.wanted)) {
    const place =
      edit.to === undefined
        ? { path: rawPointer(highestUnwanted(edit.pointer, sides.wanted), sides.live), value: undefined }
        : restoring(edit.pointer, sides)
    if (place?.value === undefined) removals.add(place?.path ?? '')
    else replaced.set(place.path, place.value)
  }
  removals.delete('')
  const within = (where: JsonPointer) => [...replaced.keys()].some((other) => where === other || where.startsWith(`${other}/`))
  const gone = [...removals].filter((where) => !within(where)).sort(fromTheEnd)
  return [
    ...gone.map((path) => ({ op: 'remove' as const, path })),
    ...[...replaced].map(([path, value]) => ({ op: 'add' as const, path, value })),
  ]
}

function highestUnwanted(where: JsonPointer, wanted: FactMap): readonly string[] {
  const path = segments(where)
  const length = path.findIndex((_, i) => valueAt(wanted, pointer(...path.slice(0, i + 1))) === undefined)
  return length < 0 ? path : path.slice(0, length + 1)
}

/** Where a fact stands in the raw object; '' where nothing can be written (a deletion under way). */
function rawPointer(path: readonly string[], live: RawObject): JsonPointer {
  const raw: string[] = []
  let [here, field]: [unknown, string] = [live, '']
  for (const key of path) {
    const index = Array.isArray(here) ? keysOf(field, here).keys.indexOf(key) : undefined
    if (index === undefined ? !isMap(here) || !(key in here) : index < 0) return ''
    raw.push(index === undefined ? key : String(index))
    ;[here, field] = index === undefined ? [(here as RawObject)[key], key] : [(here as unknown[])[index], '']
  }
  return pointer(...raw)
}

type Place = { readonly path: JsonPointer; readonly value: unknown }

/**
 * Walks both objects as far as they have the same way; there the manifest's value is set. A list that lacks an element is
 * set whole. What the manifest leaves to the server has no value: taken away, it gets its default again.
 */
function restoring(where: JsonPointer, { live, manifest }: Sides): Place | undefined {
  const raw: string[] = []
  let [here, own, field]: [unknown, unknown, string] = [live, manifest, '']
  for (const key of segments(where).map((key) => listOfOrderKey(key) ?? key)) {
    if (Array.isArray(here) && Array.isArray(own)) {
      const [i, j] = [keysOf(field, here).keys.indexOf(key), keysOf(field, own).keys.indexOf(key)]
      if (i < 0 || j < 0) return { path: pointer(...raw), value: own }
      raw.push(String(i))
      ;[here, own, field] = [here[i], own[j], '']
    } else {
      if (!isMap(here)) return undefined
      raw.push(key)
      const value = isMap(own) ? own[key] : undefined
      if (value === undefined || !(key in here)) return value === undefined && !(key in here) ? undefined : { path: pointer(...raw), value }
      ;[here, own, field] = [here[key], value, key]
    }
  }
  return { path: pointer(...raw), value: own }
}

/** Higher indexes first, deeper places before those that hold them. */
function fromTheEnd(a: JsonPointer, b: JsonPointer): number {
  const [left, right] = [segments(a), segments(b)]
  const i = left.findIndex((segment, n) => segment !== right[n])
  if (i < 0) return right.length - left.length
  const [m, n] = [Number(left[i]), Number(right[i])]
  return Number.isNaN(m) || Number.isNaN(n) ? ((left[i] as string) < (right[i] ?? '') ? 1 : -1) : n - m
}
