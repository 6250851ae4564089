import { isMap } from '../../values/json.ts'
import type { ManagedFields } from '../../world/ports/managedFields.ts'

/** Where the API server says who owns a value; a server-side apply of `stringData` is recorded under that. */
const VALUES = ['f:data', 'f:stringData']

/**
 * When a secret got the values it has, RFC 3339, by the API server's clock; undefined where that is not recorded. Whoever
 * changes a value takes it from all who own it, so a key has its value at least since the oldest entry that owns it was
 * written: neither labels and annotations nor somebody who applies the same values once more count.
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
  return VALUES.flatMap((name) => (isMap(fields[name]) ? Object.keys(fields[name]) : [])).filter((key) => key.startsWith('f:'))
}
