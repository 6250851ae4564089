import { type FieldsV1, type ManagedFields, walkFields } from '../../world/ports/managedFields.ts'

/** Where managedFields name the owners of values; a server-side apply of `stringData` is recorded under that name. */
const VALUE_FIELDS = ['data', 'stringData']

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

function keysOf(fields: FieldsV1): string[] {
  const keys: string[] = []
  walkFields(fields, '', (parent, step) => {
    if (step.is !== 'field') return undefined
    if (parent === '') return VALUE_FIELDS.includes(step.name) ? step.name : undefined
    keys.push(step.name)
    return undefined
  })
  return keys
}
