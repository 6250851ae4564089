import type { ObjectGroups } from '../../kinds/kind.ts'
import { type JsonPointer, pointer, segments } from '../../values/json.ts'

/** The fields of one object, with pointers that start at the object. `isWhole`: the object was added or removed as a whole. */
export type ObjectFields<T> = { readonly name: string; readonly fields: readonly T[]; readonly isWhole: boolean }

/** Fields of a resource: its own, and those of each of its objects. */
export type FieldsByObject<T> = { readonly own: readonly T[]; readonly objects: readonly ObjectFields<T>[] }

/** Separates the fields of a resource from those of its objects, where its kind has objects. */
export function groupByObject<T extends { readonly pointer: JsonPointer }>(
  fields: readonly T[],
  groups: ObjectGroups | undefined,
): FieldsByObject<T> {
  if (groups === undefined) return { own: fields, objects: [] }
  const depth = segments(groups.below).length
  const objectOf = ({ pointer: path }: T) =>
    path.startsWith(`${groups.below}/`) && segments(path).length > depth + 1 ? segments(path)[depth] : undefined
  const byName = Map.groupBy(fields, objectOf)
  const objects = [...byName].flatMap(([name, objectFields]) => {
    if (name === undefined) return []
    const relative = objectFields.map((field) => ({ ...field, pointer: pointer(...segments(field.pointer).slice(depth + 1)) }))
    return [{ name, fields: relative, isWhole: relative.some((field) => field.pointer === groups.marker) }]
  })
  return { own: byName.get(undefined) ?? [], objects }
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
