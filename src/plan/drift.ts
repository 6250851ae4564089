import type { Attribution, Edit, Finding, ObjectGroups, UnmanagedDifference } from '../kinds/kind.ts'
import type { Acceptance, Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { type Difference, differences } from '../values/diff.ts'
import { keyIdOf } from '../values/fingerprint.ts'
import { type FactMap, type FactValue, type JsonPointer, longestPrefix } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'
import { isWrite, type Plan } from './plan.ts'
import { matchesAny } from './select.ts'

/**
 * What happens to a difference: apply repairs it; it is only reported, because undoing it could harm others or lose data;
 * or the file accepts it until a day.
 */
export type DriftClass = 'repaired' | 'reported' | 'accepted'

/** One field that is not as it was applied. `applied` or `live` is undefined where that side has no value. */
export type DriftedField = {
  readonly pointer: JsonPointer
  readonly applied: FactValue | undefined
  readonly live: FactValue | undefined
  readonly by?: Attribution
  readonly class: DriftClass
  /** The acceptance in force. */
  readonly acceptance?: Acceptance
  /** The last day of an acceptance that has expired. */
  readonly acceptedUntil?: string
  /** What it means and what to do, for a difference that is not part of the resource's facts. */
  readonly note?: string
  /** When it was first observed, RFC 3339, where that is known. */
  readonly since?: string
}

/** `keysUnknown`: it changed, but which values changed is unknown, because they were fingerprinted with another key. */
export type DriftedResource = {
  readonly address: Address
  readonly is: 'changed' | 'gone'
  readonly fields: readonly DriftedField[]
  readonly keysUnknown: boolean
  /** How the kind groups the fields, where it does. */
  readonly objects?: ObjectGroups
  /** When the resource was first observed as drifted, RFC 3339, where that is known. */
  readonly since?: string
}

/** What changed outside groundcrew. Resources in `unchecked` may have changed as well. */
export type DriftReport = {
  /** `file`: there is no state to compare with. */
  readonly comparedWith: 'state' | 'file'
  /** RFC 3339 and `user@host`. */
  readonly lastApply?: { readonly at: string; readonly who: string }
  readonly checked: number
  readonly drifted: readonly DriftedResource[]
  readonly unchecked: readonly { readonly address: Address; readonly why: Problem }[]
  /** Excluded with --skip. */
  readonly skipped: readonly Address[]
  readonly findings: readonly Finding[]
  /** What is wrong with the check as a whole. */
  readonly problems: readonly Problem[]
}

/** One resource as it was applied and as it is now. */
export type Comparison = {
  readonly address: Address
  readonly applied: { readonly facts: FactMap; readonly guard: string }
  readonly live:
    | {
        readonly is: 'present'
        readonly facts: FactMap
        readonly guard: string
        readonly by: ReadonlyMap<JsonPointer, Attribution>
        readonly unmanaged?: readonly UnmanagedDifference[]
      }
    | { readonly is: 'absent' }
  /** Fields known to differ although their fingerprints were made with different keys. */
  readonly knownChanged?: ReadonlySet<JsonPointer>
  readonly acceptances?: Acceptances
  readonly objects?: ObjectGroups
}

/** The drift of one resource; undefined when it is as it was applied. */
export function driftOf({
  address,
  applied,
  live,
  knownChanged = new Set(),
  acceptances,
  objects,
}: Comparison): DriftedResource | undefined {
  if (live.is === 'absent') return { address, is: 'gone', fields: [], keysUnknown: false }
  const all = differences(applied.facts, live.facts)
  const incomparable = all.filter((difference) => isIncomparable(difference, knownChanged))
  const comparable = all.filter((difference) => !incomparable.includes(difference))
  // The same version on the server means the same values, whichever key fingerprints them.
  const keysUnknown = incomparable.length > 0 && applied.guard !== live.guard
  const fields = [...comparable.map((difference) => fieldOf(difference, live.by)), ...(live.unmanaged ?? []).map(reportedField)]
  if (fields.length === 0 && !keysUnknown) return undefined
  const judged = fields.map((field) => accepted(address, field, acceptances))
  return { address, is: 'changed', fields: judged, keysUnknown, ...(objects && { objects }) }
}

function reportedField({ pointer, expected, actual, summary, remedy, isRepaired }: UnmanagedDifference): DriftedField {
  return { pointer, applied: expected, live: actual, class: isRepaired ? 'repaired' : 'reported', note: `${summary} ${remedy}` }
}

function accepted(address: Address, field: DriftedField, acceptances: Acceptances | undefined): DriftedField {
  const acceptance = acceptances?.of(address, field.pointer)
  if (acceptance !== undefined) return { ...field, class: 'accepted', acceptance }
  const expired = acceptances?.expired(address, field.pointer)
  return expired === undefined ? field : { ...field, acceptedUntil: expired.until }
}

/** True unless every difference is accepted. */
export function isDrift({ is, fields, keysUnknown }: DriftedResource): boolean {
  return is === 'gone' || keysUnknown || fields.some((field) => field.class !== 'accepted')
}

function isIncomparable({ pointer, from, to }: Difference, knownChanged: ReadonlySet<JsonPointer>): boolean {
  const [before, now] = [keyIdOf(from), keyIdOf(to)]
  return before !== undefined && now !== undefined && before !== now && !knownChanged.has(pointer)
}

function fieldOf({ pointer, from, to }: Difference, by: ReadonlyMap<JsonPointer, Attribution>): DriftedField {
  const writer = longestPrefix(by, pointer)
  return { pointer, applied: from, live: to, class: 'repaired', ...(writer && { by: writer }) }
}

/** The report of a plan against the file alone: every difference, with its cause unexplained. */
export function driftFromPlan(plan: Plan, skip: readonly string[] = []): DriftReport {
  const skipped = plan.changes.map(({ address }) => address).filter((address) => matchesAny(address, skip))
  const changes = plan.changes.filter(({ address }) => !skipped.includes(address))
  const writes = changes.filter((change) => isWrite(change.action))
  const unchecked = changes.flatMap(({ address, blockedBy: why }) => (why === undefined ? [] : [{ address, why }]))
  return {
    comparedWith: 'file',
    checked: changes.length - unchecked.length,
    drifted: writes.map(({ address, action, edits, objects }) =>
      action === 'create' || action === 'recover'
        ? { address, is: 'gone', fields: [], keysUnknown: false }
        : { address, is: 'changed', fields: edits.map(reversed), keysUnknown: false, ...(objects && { objects }) },
    ),
    unchecked,
    skipped,
    findings: plan.findings,
    problems: [],
  }
}

/** An edit goes from the live to the desired value, a drifted field from the applied to the live one. */
function reversed({ pointer, from, to, by }: Edit): DriftedField {
  return { pointer, applied: to, live: from, class: 'repaired', ...(by && { by }) }
}

/** What a report comes to; an incomplete check is never clean, whatever it found. */
export function driftOutcome(report: DriftReport): 'clean' | 'drifted' | 'incomplete' {
  if (report.unchecked.length + report.problems.length > 0) return 'incomplete'
  return report.drifted.some(isDrift) ? 'drifted' : 'clean'
}
