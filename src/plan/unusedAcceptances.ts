import type { Finding } from '../kinds/kind.ts'
import type { Acceptance } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { didYouMean } from '../values/didYouMean.ts'
import { showPosition } from '../values/position.ts'
import { showPointer } from './diff.ts'
import type { DriftedResource } from './drift.ts'

/**
 * Entries of `drift.accept` that let nothing be: a word written wrong, or a difference that is no longer there. `unseen` was
 * not looked at, and what is gone has no fields: of these nothing is said.
 */
export function unusedAcceptances(
  all: readonly Acceptance[],
  known: readonly Address[],
  unseen: readonly Address[],
  drifted: readonly DriftedResource[],
): readonly Finding[] {
  return all.flatMap((one): Finding[] => {
    const address = known.find((other) => other === one.resource)
    if (address === undefined) return [idle(one, noSuchResource(one, known))]
    const found = drifted.find((other) => other.address === address)
    const fields = found?.fields.map(({ pointer }) => showPointer(pointer)) ?? []
    if (unseen.includes(address) || found?.is === 'gone' || fields.includes(one.field)) return []
    return [idle(one, noSuchField(one, fields))]
  })
}

function idle({ resource, field, at }: Acceptance, remedy: string): Finding {
  const where = at === undefined ? 'drift.accept' : `drift.accept at ${showPosition(at)}`
  const summary = `${where} accepts ${field}, which does not differ.`
  return { code: 'drift/accepts-nothing', address: resource as Address, summary, remedy, ...(at && { at }) }
}

function noSuchResource({ resource }: Acceptance, known: readonly Address[]): string {
  const meant = didYouMean(resource, known)
  return meant === undefined
    ? 'No such resource was applied: groundcrew state list names them. Take the entry out, or correct it.'
    : `No such resource was applied. Did you mean ${meant}?`
}

function noSuchField({ field }: Acceptance, fields: readonly string[]): string {
  const meant = didYouMean(field, fields)
  if (meant !== undefined) return `Did you mean ${meant}?`
  if (fields.length > 0) return `What differs there: ${fields.join(', ')}. Take the entry out, or correct it.`
  return 'It is as it was applied: take the entry out.'
}
