import type { Finding } from '../kinds/kind.ts'
import type { Acceptance } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { didYouMean } from '../values/didYouMean.ts'
import { showPointer } from '../values/factKeys.ts'
import { showPosition } from '../values/position.ts'
import type { DriftedResource } from './drift.ts'

/**
 * Entries of `drift.accept` that match no difference: misspelt, or the difference no longer exists. Nothing is reported
 * for an `unchecked` resource and for a deleted one, which has no fields.
 */
export function unusedAcceptances(
  acceptances: readonly Acceptance[],
  known: readonly Address[],
  unchecked: readonly Address[],
  drifted: readonly DriftedResource[],
): readonly Finding[] {
  return acceptances.flatMap((acceptance): Finding[] => {
    const address = known.find((other) => other === acceptance.resource)
    if (address === undefined) return [unusedFinding(acceptance, fixResource(acceptance, known))]
    const drift = drifted.find((other) => other.address === address)
    const fields = drift?.fields.map(({ pointer }) => showPointer(pointer)) ?? []
    if (unchecked.includes(address) || drift?.is === 'gone' || fields.includes(acceptance.field)) return []
    return [unusedFinding(acceptance, fixField(acceptance, fields))]
  })
}

function unusedFinding({ resource, field, at }: Acceptance, remedy: string): Finding {
  const entry = at === undefined ? 'drift.accept' : `drift.accept at ${showPosition(at)}`
  const summary = `${entry} accepts ${field}, which does not differ.`
  return { code: 'drift/accepts-nothing', address: resource as Address, summary, remedy, ...(at && { at }) }
}

function fixResource({ resource }: Acceptance, known: readonly Address[]): string {
  const suggestion = didYouMean(resource, known)
  return suggestion === undefined
    ? 'No such resource was applied. Correct the entry (groundcrew state list shows the resources), or remove it.'
    : `No such resource was applied. Did you mean ${suggestion}?`
}

function fixField({ field }: Acceptance, fields: readonly string[]): string {
  const suggestion = didYouMean(field, fields)
  if (suggestion !== undefined) return `Did you mean ${suggestion}?`
  if (fields.length > 0) return `Correct the entry (fields that differ: ${fields.join(', ')}), or remove it.`
  return 'Remove the entry: the resource is as it was applied.'
}
