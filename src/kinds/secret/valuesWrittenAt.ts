import { isMap } from '../../values/json.ts'
import type { ManagedFields } from '../../world/ports/managedFields.ts'

/** Where managedFields name the owners of values; a server-side apply of `stringData` is recorded under that name. */
const VALUE_FIELDS = ['f:data', 'f:stringData']

/**
 * When a secret got its current values, RFC 3339, by the API server's clock; undefined where that is not recorded. A manager
 * that changes a value takes it from all its owners, so a key has its value at least since the oldest entry that owns it was
 * written: labels, annotations, and managers that apply the same values again do not count.
 */
export function valuesWrittenAt(entries: readonly ManagedFields[]): string | undefined {
  const byKey = new Map<string, string>()
  for (const { fields, time } of entries)
    for (const key of time === undefined ? [] : keysOf(fields)) {
      const known = byKey.get(key)
      if (known === undefined || (time as string) < known) byKey.set(key, time as string)
    }
  return [...byKey.values()].sort().at(-1)
}

function keysOf(fields: ManagedFields['fields']): string[] {
  return VALUE_FIELDS.flatMap((name) => (isMap(fields[name]) ? Object.keys(fields[name]) : [])).filter((key) => key.startsWith('f:'))
}
