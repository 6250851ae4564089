import type { Attribution, Cause, Edit, Origins, WriteAction } from '../kinds/kind.ts'
import { additions, type Difference, differences } from '../values/diff.ts'
import { keyIdOf } from '../values/fingerprint.ts'
import { canonicalJson, type FactMap, type FactValue, type JsonPointer, longestPrefix, segments, valueAt } from '../values/json.ts'

/** An observation, reduced to what a decision needs. */
export type DecisionObservation =
  | { readonly is: 'present'; readonly facts: FactMap; readonly by: ReadonlyMap<JsonPointer, Attribution> }
  | { readonly is: 'absent' }

export type Decision = { readonly action: WriteAction | 'adopt' | 'keep'; readonly edits: readonly Edit[] }

export type DecisionInput = {
  readonly desired: FactMap
  readonly observed: DecisionObservation
  /** The facts last applied, if the state has any. */
  readonly last: FactMap | undefined
  readonly origins: Origins
  /** Pointers (prefixes) of facts that only a replacement can change. */
  readonly replaceOnly: readonly JsonPointer[]
  /** Pointers (prefixes) of facts that change only to repair drift in another resource. */
  readonly repairPointers?: readonly JsonPointer[]
}

/**
 * A three-way comparison: the desired, the observed and the last applied facts give the action and the cause of each edit.
 * Pure; an `unknown` observation is never passed to it.
 */
export function decide(input: DecisionInput): Decision {
  return input.observed.is === 'absent' ? decideAbsent(input) : decidePresent(input, input.observed)
}

function decideAbsent({ desired, last, origins }: DecisionInput): Decision {
  // Applied as the file still declares it, and absent now: it was deleted outside groundcrew.
  const wasDeleted = last !== undefined && canonicalJson(last) === canonicalJson(desired)
  const cause: Cause = wasDeleted ? 'drifted' : 'declared'
  const edits = additions(desired).map((addition) => ({ ...addition, cause, ...originOf(origins, addition.pointer) }))
  return { action: wasDeleted ? 'recover' : 'create', edits }
}

function decidePresent(input: DecisionInput, observed: DecisionObservation & { is: 'present' }): Decision {
  const edits = differences(observed.facts, input.desired).map((difference) => editOf(difference, input, observed))
  if (edits.length === 0) return { action: input.last === undefined ? 'adopt' : 'keep', edits }
  if (edits.some((edit) => input.replaceOnly.some((prefix) => isWithin(edit.pointer, prefix)))) return { action: 'replace', edits }
  return { action: edits.every((edit) => edit.cause === 'drifted') ? 'repair' : 'update', edits }
}

function editOf(
  difference: Difference,
  { last, origins, repairPointers = [] }: DecisionInput,
  observed: DecisionObservation & { is: 'present' },
): Edit {
  const cause = causeOf(difference, last)
  // The field itself did not drift, so its last writer is not named.
  if (cause === 'declared' && repairPointers.some((prefix) => isWithin(difference.pointer, prefix)))
    return { ...difference, cause: 'drifted' }
  const by = longestPrefix(observed.by, difference.pointer)
  return { ...difference, cause, ...(by && { by }), ...originOf(origins, difference.pointer) }
}

function causeOf(difference: Difference, last: FactMap | undefined): Cause {
  if (last === undefined || (difference.from !== undefined && !hasSection(last, difference.pointer))) return 'unexplained'
  const before = valueAt(last, difference.pointer)
  // Fingerprints made with another encryption key never equal the recorded ones, which is no evidence of drift.
  if (isEqual(before, difference.from) || areIncomparable(before, difference.from)) return 'declared'
  return isEqual(before, difference.to) ? 'drifted' : 'both'
}

/** False for a section of the facts that an older version did not record. */
function hasSection(last: FactMap, pointer: JsonPointer): boolean {
  return segments(pointer)
    .slice(0, 1)
    .every((section) => section in last)
}

function areIncomparable(before: FactValue | undefined, now: FactValue | undefined): boolean {
  const [keyBefore, keyNow] = [keyIdOf(before), keyIdOf(now)]
  return keyBefore !== undefined && keyNow !== undefined && keyBefore !== keyNow
}

function isEqual(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a as FactMap) === canonicalJson(b as FactMap))
}

function originOf(origins: Origins, pointer: JsonPointer): Pick<Edit, 'origin'> {
  const origin = longestPrefix(origins, pointer)
  return origin === undefined ? {} : { origin }
}

function isWithin(pointer: JsonPointer, prefix: JsonPointer): boolean {
  return pointer === prefix || pointer.startsWith(`${prefix}/`)
}
