import { showPointer } from '../../plan/diff.ts'
import { type JsonPointer, pointer, segments } from '../../values/json.ts'

/** Fields of a resource, those of one object of it together. */
export type Grouped<T> = { readonly own: readonly T[]; readonly objects: readonly (readonly [string, readonly T[]])[] }

/** Parts the fields of a release from those of its objects: `/objects/apps~1Deployment~1spacelift-server/...`. */
export function groupByObject<T extends { readonly pointer: JsonPointer }>(fields: readonly T[]): Grouped<T> {
  const objects = Map.groupBy(fields, ({ pointer: where }) => objectOf(where))
  const own = objects.get(undefined) ?? []
  return { own, objects: [...objects].flatMap(([key, of]) => (key === undefined ? [] : [[key, of] as const])) }
}

/** A field's name as people read it; of an object's field only what stands within the object, whose name stands above. */
export function fieldName(where: JsonPointer): string {
  return objectOf(where) === undefined ? showPointer(where) : showPointer(pointer(...segments(where).slice(2)))
}

/** True when these are all that an object has: every object says its apiVersion. */
export function isWholeObject(fields: readonly { readonly pointer: JsonPointer }[]): boolean {
  return fields.some(({ pointer: where }) => fieldName(where) === 'apiVersion')
}

function objectOf(where: JsonPointer): string | undefined {
  const [objects, key, ...rest] = segments(where)
  return objects === 'objects' && rest.length > 0 ? key : undefined
}
