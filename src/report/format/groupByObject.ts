import { showPointer } from '../../plan/diff.ts'
import { type JsonPointer, pointer, segments } from '../../values/json.ts'

/** Fields of a resource: its own, and those of each of its objects. */
export type FieldsByObject<T> = { readonly own: readonly T[]; readonly objects: readonly (readonly [string, readonly T[]])[] }

/** Separates the fields of a release from those of its objects: `/objects/apps~1Deployment~1spacelift-server/...`. */
export function groupByObject<T extends { readonly pointer: JsonPointer }>(fields: readonly T[]): FieldsByObject<T> {
  const objects = Map.groupBy(fields, ({ pointer: fieldPointer }) => objectOf(fieldPointer))
  const own = objects.get(undefined) ?? []
  return { own, objects: [...objects].flatMap(([key, objectFields]) => (key === undefined ? [] : [[key, objectFields] as const])) }
}

/** A field's name; that of an object's field is relative to the object, whose name is printed above. */
export function fieldName(fieldPointer: JsonPointer): string {
  return objectOf(fieldPointer) === undefined ? showPointer(fieldPointer) : showPointer(pointer(...segments(fieldPointer).slice(2)))
}

/** True if these are all fields of an object: only then its apiVersion is among them. */
export function isWholeObject(fields: readonly { readonly pointer: JsonPointer }[]): boolean {
  return fields.some(({ pointer: fieldPointer }) => fieldName(fieldPointer) === 'apiVersion')
}

function objectOf(fieldPointer: JsonPointer): string | undefined {
  const [objects, key, ...rest] = segments(fieldPointer)
  return objects === 'objects' && rest.length > 0 ? key : undefined
}

/** This many items with the same text are printed as one. */
const MIN_GROUP = 4

export type Group<T> = readonly [T, ...T[]]

/** Groups items with the same key, each group at the place of its first; fewer than {@link MIN_GROUP} stay separate. */
export function groupSimilar<T>(items: readonly T[], key: (item: T) => string): Group<T>[] {
  const groups = Map.groupBy(items, key)
  return items.flatMap((item): Group<T>[] => {
    const group = groups.get(key(item)) as unknown as Group<T>
    if (group.length < MIN_GROUP) return [[item]]
    return group[0] === item ? [group] : []
  })
}
