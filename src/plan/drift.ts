import type { Attribution, Edit, Finding, ObjectGroups, UnmanagedDifference } from '../kinds/kind.ts'
import type { Acceptance, Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { keyIdOf } from '../values/fingerprint.ts'
import { type FactMap, type FactValue, type JsonPointer, longestPrefix } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'
import { type Difference, differences } from './diff.ts'
import { isWrite, type Plan } from './plan.ts'
import { isNamed } from './select.ts'

/**
 * What becomes of a difference: apply repairs it; it is reported only, because undoing it could hurt others or lose data;
 * or a person accepted it until a day.
 */
export type DriftClass = 'repaired' | 'reported' | 'accepted'

/** One field that is not as it was applied. `applied` and `found` are undefined where nothing stands. */
export type DriftedField = {
  readonly pointer: JsonPointer
  readonly applied: FactValue | undefined
  readonly found: FactValue | undefined
  readonly by?: Attribution
  readonly class: DriftClass
  /** Why it is accepted. */
  readonly acceptance?: Acceptance
  /** Until when it was accepted, where that day has passed. */
  readonly acceptedUntil?: string
  /** What it means and what to do, where no fact of the resource says it. */
  readonly note?: string
  /** When it was first found so, RFC 3339, where that is remembered. */
  readonly since?: string
}

/** `keysUnknown`: something in it changed that cannot be named, because it was fingerprinted with another key. */
export type DriftedResource = {
  readonly address: Address
  readonly is: 'changed' | 'gone'
  readonly fields: readonly DriftedField[]
  readonly keysUnknown: boolean
  /** How the kind groups the fields, where it does. */
  readonly objects?: ObjectGroups
  /** When the resource was first found drifted, RFC 3339, where that is remembered. */
  readonly since?: string
}

/** What changed behind our back. Whatever is in `unchecked` is not said to be unchanged. */
export type DriftReport = {
  /** `file`: there was no state to compare with. */
  readonly comparedWith: 'state' | 'file'
  /** When and by whom, RFC 3339 and `user@host`. */
  readonly lastApply?: { readonly at: string; readonly who: string }
  readonly checked: number
  readonly drifted: readonly DriftedResource[]
  readonly unchecked: readonly { readonly address: Address; readonly why: Problem }[]
  /** Left out by choice. */
  readonly skipped: readonly Address[]
  readonly findings: readonly Finding[]
  /** What is wrong with the look as a whole. */
  readonly problems: readonly Problem[]
}

/** One resource as it was applied and as it is. */
export type Comparison = {
  readonly address: Address
  readonly applied: { readonly facts: FactMap; readonly guard: string }
  readonly found:
    | {
        readonly is: 'present'
        readonly facts: FactMap
        readonly guard: string
        readonly by: ReadonlyMap<JsonPointer, Attribution>
        readonly unmanaged?: readonly UnmanagedDifference[]
      }
    | { readonly is: 'absent' }
  /** Fields known to differ although their fingerprints were made with two keys. */
  readonly knownChanged?: ReadonlySet<JsonPointer>
  readonly acceptances?: Acceptances
  readonly objects?: ObjectGroups
}

/** What drifted of one resource; undefined when it is as it was applied. */
export function driftOf({
  address,
  applied,
  found,
  knownChanged = new Set(),
  acceptances,
  objects,
}: Comparison): DriftedResource | undefined {
  if (found.is === 'absent') return { address, is: 'gone', fields: [], keysUnknown: false }
  const all = differences(applied.facts, found.facts)
  const [incomparable, told] = [
    all.filter((one) => isIncomparable(one, knownChanged)),
    all.filter((one) => !isIncomparable(one, knownChanged)),
  ]
  // What the server calls the same version is the same, whatever the fingerprints are made with.
  const keysUnknown = incomparable.length > 0 && applied.guard !== found.guard
  const fields = [...told.map((one) => fieldOf(one, found.by)), ...(found.unmanaged ?? []).map(reportedField)]
  if (fields.length === 0 && !keysUnknown) return undefined
  const judged = fields.map((field) => accepted(address, field, acceptances))
  return { address, is: 'changed', fields: judged, keysUnknown, ...(objects && { objects }) }
}

function reportedField({ pointer: where, expected, actual, summary, remedy, isRepaired }: UnmanagedDifference): DriftedField {
  return { pointer: where, applied: expected, found: actual, class: isRepaired ? 'repaired' : 'reported', note: `${summary} ${remedy}` }
}

function accepted(address: Address, field: DriftedField, acceptances: Acceptances | undefined): DriftedField {
  const acceptance = acceptances?.of(address, field.pointer)
  if (acceptance !== undefined) return { ...field, class: 'accepted', acceptance }
  const lapsed = acceptances?.expired(address, field.pointer)
  return lapsed === undefined ? field : { ...field, acceptedUntil: lapsed.until }
}

/** True unless all that differs was accepted. */
export function isDrift({ is, fields, keysUnknown }: DriftedResource): boolean {
  return is === 'gone' || keysUnknown || fields.some((field) => field.class !== 'accepted')
}

function isIncomparable({ pointer: where, from, to }: Difference, knownChanged: ReadonlySet<JsonPointer>): boolean {
  const [before, now] = [keyIdOf(from), keyIdOf(to)]
  return before !== undefined && now !== undefined && before !== now && !knownChanged.has(where)
}

function fieldOf({ pointer: where, from, to }: Difference, by: ReadonlyMap<JsonPointer, Attribution>): DriftedField {
  const writer = longestPrefix(by, where)
  return { pointer: where, applied: from, found: to, class: 'repaired', ...(writer && { by: writer }) }
}

/** What a plan against the file alone says of drift: everything that differs, with its cause unexplained. */
export function driftFromPlan(plan: Plan, skip: readonly string[] = []): DriftReport {
  const skipped = plan.changes.map(({ address }) => address).filter((address) => isNamed(address, skip))
  const changes = plan.changes.filter(({ address }) => !skipped.includes(address))
  const writes = changes.filter((change) => isWrite(change.action))
  const unchecked = changes.flatMap(({ address, why }) => (why === undefined ? [] : [{ address, why }]))
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

/** A plan goes from what is to what is wanted; a report tells what was wanted, then what is. */
function reversed({ pointer: where, from, to, by }: Edit): DriftedField {
  return { pointer: where, applied: to, found: from, class: 'repaired', ...(by && { by }) }
}

/** Exit code of a report: an incomplete look is never 0, and beats what was found. */
export function driftExitCode(report: DriftReport): 0 | 1 | 2 {
  if (report.unchecked.length + report.problems.length > 0) return 1
  return report.drifted.some(isDrift) ? 2 : 0
}
