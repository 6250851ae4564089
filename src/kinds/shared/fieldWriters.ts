import { isMap, type JsonPointer, pointer } from '../../values/json.ts'
import type { ManagedFields } from '../../world/ports/managedFields.ts'
import type { Attribution } from '../kind.ts'

/**
 * Who last wrote which fact, from an object's managedFields. `names` maps the server's path of a field (`f:data`,
 * `f:metadata.f:annotations`) to the facts' pointer; what stands one level below is attributed key by key.
 */
export function fieldWriters(
  entries: readonly ManagedFields[],
  names: { readonly [path: string]: JsonPointer },
): ReadonlyMap<JsonPointer, Attribution> {
  const found = new Map<JsonPointer, Attribution>()
  // Later entries win: where two managers share a field, the newest wrote it last.
  const byTime = [...entries].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  for (const entry of byTime)
    for (const where of Object.entries(names).flatMap(([path, at]) => owned(entry, path, at))) found.set(where, attribution(entry))
  return found
}

function owned(entry: ManagedFields, path: string, at: JsonPointer): JsonPointer[] {
  let here: unknown = entry.fields
  for (const step of path.split('.')) here = isMap(here) ? here[step] : undefined
  if (!isMap(here)) return []
  const below = Object.keys(here).filter((key) => key.startsWith('f:'))
  return below.length === 0 ? [at] : below.map((key) => `${at}${pointer(key.slice(2))}`)
}

function attribution({ manager, time }: ManagedFields): Attribution {
  return { manager, ...(time !== undefined && { time }) }
}
