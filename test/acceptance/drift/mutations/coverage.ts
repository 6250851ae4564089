import type { JournalRecord } from '../../../../src/state/journalRecord.ts'
import { type Address, kindOf } from '../../../../src/values/address.ts'
import { differences } from '../../../../src/values/diff.ts'
import { showPointer } from '../../../../src/values/factKeys.ts'
import type { FactMap } from '../../../../src/values/json.ts'
import type { LabInstallation } from '../../support/installation.ts'

/** Fields that change only together with the whole resource, and the objects of the release, which have their own suite. */
const EXEMPT: readonly RegExp[] = [/^image:reference$/, /^namespace:phase$/, /^release:objects\b/]

/** The fields that an apply found different, by its journal: `bucket:versioning.status`. */
export function repairedFields(journal: readonly JournalRecord[]): string[] {
  const plans = journal.flatMap((record) => (record.type === 'begin' ? record.plan : []))
  const changes = plans.filter(({ action }) => action !== 'create' && action !== 'recover')
  return changes.flatMap(({ address, edits }) => edits.map(({ field }) => fieldName(address, field)))
}

/** Why a resource changed, by the plan in the journal: `drifted`. */
export function causesOf(journal: readonly JournalRecord[], address: string): string[] {
  const plans = journal.flatMap((record) => (record.type === 'begin' ? record.plan : []))
  const changes = plans.filter((change) => change.address === address)
  // A deleted resource is created again as a whole: the journal has no edits, and the action is its cause.
  const causes = changes.flatMap(({ action, edits }) => (action === 'recover' ? ['drifted'] : edits.map(({ cause }) => cause)))
  return [...new Set(causes)]
}

/** Throws unless every field that the state records was repaired: a new field needs a mutation of its own. */
export async function expectEveryField(installation: LabInstallation, repaired: ReadonlySet<string>): Promise<string> {
  const { resources } = await installation.readState()
  const names = Object.entries(resources).flatMap(([address, { facts }]) =>
    differences({}, facts as FactMap).map(({ pointer }) => fieldName(address, showPointer(pointer))),
  )
  const recorded = new Set(names)
  const isRepaired = (field: string) =>
    [...repaired].some((name) => name === field || name.startsWith(`${field}.`) || name.startsWith(`${field}[`))
  const missing = [...recorded].filter((field) => !isRepaired(field) && !EXEMPT.some((pattern) => pattern.test(field)))
  if (missing.length > 0) throw new Error(`no mutation changes:\n${missing.join('\n')}`)
  return `${recorded.size} fields recorded, ${repaired.size} changed`
}

// Resources of a kind have the same fields, so one stands for all; but each key of a secret is a field of its own.
const fieldName = (address: string, field: string): string => `${field.startsWith('keys.') ? address : kindOf(address as Address)}:${field}`
