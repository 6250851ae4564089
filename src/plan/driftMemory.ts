import * as z from 'zod/mini'
import type { Address } from '../values/address.ts'
import { canonicalJson, type Json } from '../values/json.ts'
import type { DriftedField, DriftedResource, DriftReport } from './drift.ts'

/** When each difference was first observed, so that a report can show its age. No secret: fingerprints at most. */
export type DriftMemory = { readonly format: 1; readonly since: { readonly [key: string]: string } }

export const EMPTY_MEMORY: DriftMemory = { format: 1, since: {} }

const driftMemory = z.object({ format: z.literal(1), since: z.record(z.string(), z.string()) })

/** Reads a saved memory; undefined for any other text. */
export function parseMemory(text: string): DriftMemory | undefined {
  try {
    return driftMemory.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/**
 * Adds to each difference when it was first observed, and returns the memory for the next report. A resource that was not
 * checked this time keeps its age. `now`: RFC 3339.
 */
export function addAges(
  report: DriftReport,
  before: DriftMemory,
  now: string,
): { readonly report: DriftReport; readonly memory: DriftMemory } {
  const firstObserved = (key: string) => before.since[key] ?? now
  const dated = report.drifted.map((resource) => withAges(resource, firstObserved))
  const unchecked = new Set<string>([...report.unchecked.map(({ address }) => address), ...report.skipped])
  const kept = Object.entries(before.since).filter(([key]) => report.problems.length > 0 || unchecked.has(key.split(' ')[0] ?? ''))
  const current = dated.flatMap(({ address, since, fields }) => [
    [address as string, since ?? now] as const,
    ...fields.map((field) => [keyOf(address, field), field.since ?? now] as const),
  ])
  return { report: { ...report, drifted: dated }, memory: { format: 1, since: Object.fromEntries([...kept, ...current].sort()) } }
}

function withAges(resource: DriftedResource, firstObserved: (key: string) => string): DriftedResource {
  const { address, fields } = resource
  const dated = fields.map((field) => ({ ...field, since: firstObserved(keyOf(address, field)) }))
  return { ...resource, since: firstObserved(address), fields: dated }
}

/** Includes the live value: a field that drifts to another value is another difference. */
function keyOf(address: Address, { pointer, live }: DriftedField): string {
  return `${address} ${pointer} ${canonicalJson((live ?? null) as Json)}`
}
