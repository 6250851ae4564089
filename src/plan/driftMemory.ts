import type { Address } from '../values/address.ts'
import { canonicalJson, isMap, type Json } from '../values/json.ts'
import type { DriftedField, DriftedResource, DriftReport } from './drift.ts'

/** What was found drifted, and since when: lets a report say how old an unchanged difference is. No secret: fingerprints at most. */
export type DriftMemory = { readonly format: 1; readonly since: { readonly [what: string]: string } }

export const NO_MEMORY: DriftMemory = { format: 1, since: {} }

/** Reads a memory that was written before; undefined for anything else. */
export function parseMemory(text: string): DriftMemory | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const whole = isMap(value) && value.format === 1 && isMap(value.since)
    return whole && Object.values(value.since as object).every((one) => typeof one === 'string') ? (value as DriftMemory) : undefined
  } catch {
    return undefined
  }
}

/**
 * A report that says since when each difference is there, and the memory for the next one. What could not be looked at
 * this time keeps its age. `now`: RFC 3339.
 */
export function remember(
  report: DriftReport,
  before: DriftMemory,
  now: string,
): { readonly report: DriftReport; readonly memory: DriftMemory } {
  const age = (what: string) => before.since[what] ?? now
  const dated = report.drifted.map((one) => datedBy(one, age))
  const unseen = new Set<string>([...report.unchecked.map(({ address }) => address), ...report.skipped])
  const kept = Object.entries(before.since).filter(([what]) => report.problems.length > 0 || unseen.has(what.split(' ')[0] ?? ''))
  const found = dated.flatMap(({ address, since, fields }) => [
    [address as string, since ?? now] as const,
    ...fields.map((field) => [keyOf(address, field), field.since ?? now] as const),
  ])
  return { report: { ...report, drifted: dated }, memory: { format: 1, since: Object.fromEntries([...kept, ...found].sort()) } }
}

function datedBy(one: DriftedResource, age: (what: string) => string): DriftedResource {
  return { ...one, since: age(one.address), fields: one.fields.map((field) => ({ ...field, since: age(keyOf(one.address, field)) })) }
}

/** Another value is another difference. */
function keyOf(address: Address, { pointer, found }: DriftedField): string {
  return `${address} ${pointer} ${canonicalJson((found ?? null) as Json)}`
}
