import { isMap, type JsonPointer } from '../../../../values/json.ts'
import type { FieldStep, ManagedFields } from '../../../../world/ports/managedFields.ts'
import type { Attribution } from '../../../kind.ts'
import { type FactPlace, fieldWriters } from '../../../shared/fieldWriters.ts'
import { keysOf } from '../facts/keys.ts'

/** A place in the facts of an object, with its value in the live object and, for a list, the field that holds it. */
type ObjectPlace = FactPlace & { readonly live: unknown; readonly field: string }

/**
 * Who last wrote which field of an object, by its facts' pointers. Only leaves have a writer: the owner of a container does
 * not thereby own what is missing from it.
 */
export function fieldOwners(raw: unknown, entries: readonly ManagedFields[]): ReadonlyMap<JsonPointer, Attribution> {
  const root: ObjectPlace = { path: [], isFact: false, live: raw, field: '' }
  return fieldWriters(entries, root, (place, step, isLeaf) =>
    step.is === 'field' ? field(place, step.name, isLeaf) : element(place, step, isLeaf),
  )
}

function field({ path, live }: ObjectPlace, name: string, isLeaf: boolean): ObjectPlace | undefined {
  return isMap(live) && name in live ? { path: [...path, name], isFact: isLeaf, live: live[name], field: name } : undefined
}

function element({ path, live, field }: ObjectPlace, step: FieldStep, isLeaf: boolean): ObjectPlace | undefined {
  if (!Array.isArray(live)) return undefined
  const index = live.findIndex((candidate) => isElement(candidate, step))
  if (index < 0) return undefined
  const { keys, dropped } = keysOf(field, live)
  const value: unknown = live[index]
  // An element of which the facts hold nothing but its key is a leaf of the facts.
  const isBare = !isMap(value) || Object.keys(value).every((key) => dropped.includes(key))
  return { path: [...path, keys[index] as string], isFact: isLeaf || isBare, live: value, field: '' }
}

function isElement(candidate: unknown, step: FieldStep): boolean {
  if (step.is === 'value') return JSON.stringify(candidate) === JSON.stringify(step.value)
  return step.is === 'element' && isMap(candidate) && Object.entries(step.keys).every(([key, value]) => candidate[key] === value)
}
