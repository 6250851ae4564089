import { type JsonPointer, pointer, segments } from '../../values/json.ts'
import { type FieldStep, type ManagedFields, walkFields } from '../../world/ports/managedFields.ts'
import type { Attribution } from '../kind.ts'

/** A place in the facts that a step of managedFields leads to. `isFact`: the writer of this very place is recorded. */
export type FactPlace = { readonly path: readonly string[]; readonly isFact: boolean }

/** Follows one step of a manager's fields into the facts; undefined where no fact is below. */
export type EnterField<P extends FactPlace> = (place: P, step: FieldStep, isLeaf: boolean) => P | undefined

/** Who last wrote which fact. A field that no manager owns (one that was removed) has no writer. */
export function fieldWriters<P extends FactPlace>(
  entries: readonly ManagedFields[],
  root: P,
  enter: EnterField<P>,
): ReadonlyMap<JsonPointer, Attribution> {
  const writers = new Map<JsonPointer, Attribution>()
  // Later entries win: where two managers own a field, the newest wrote it last.
  const byTime = entries.filter(({ subresource }) => subresource !== 'status').sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  for (const { manager, time, fields } of byTime)
    walkFields(fields, root, (place, step, isLeaf) => {
      const next = enter(place, step, isLeaf)
      if (next?.isFact) writers.set(pointer(...next.path), { manager, ...(time !== undefined && { time }) })
      return next
    })
  return writers
}

/** The writers of facts that correspond to fields one by one: `pointers` maps a field's path (`metadata.labels`) to the facts' pointer. */
export function writersOfFields(
  entries: readonly ManagedFields[],
  pointers: { readonly [field: string]: JsonPointer },
): ReadonlyMap<JsonPointer, Attribution> {
  const root = { field: '', path: [] as readonly string[], isFact: false }
  return fieldWriters(entries, root, (place, step, isLeaf) => {
    if (step.is !== 'field') return undefined
    if (place.path.length > 0) return { ...place, path: [...place.path, step.name], isFact: isLeaf }
    const field = place.field === '' ? step.name : `${place.field}.${step.name}`
    const path = Object.hasOwn(pointers, field) ? segments(pointers[field] as JsonPointer) : []
    return { field, path, isFact: path.length > 0 && isLeaf }
  })
}
