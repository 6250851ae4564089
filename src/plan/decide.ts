import type { Attribution, Cause, Edit, Origins, WriteAction } from '../kinds/kind.ts'
import { keyIdOf } from '../values/fingerprint.ts'
import { canonicalJson, type FactMap, type FactValue, type JsonPointer, longestPrefix, segments, valueAt } from '../values/json.ts'
import { additions, type Difference, differences } from './diff.ts'

/** What a look found, reduced to what a decision needs. */
export type DecisionObservation =
  | { readonly is: 'present'; readonly facts: FactMap; readonly by: ReadonlyMap<JsonPointer, Attribution> }
  | { readonly is: 'absent' }

export type Decision = { readonly action: WriteAction | 'adopt' | 'keep'; readonly edits: readonly Edit[] }

export type DecisionInput = {
  readonly desired: FactMap
  readonly observed: DecisionObservation
  /** The facts last applied, if the state remembers any. */
  readonly last: FactMap | undefined
  readonly origins: Origins
  /** Pointers of facts that only a replacement can change. */
  readonly replaceOnly: readonly JsonPointer[]
  /** Pointers (prefixes) of facts that are only changed to undo what drifted elsewhere. */
  readonly repairPointers?: readonly JsonPointer[]
}

/**
 * Three-way: what is wanted, what is seen and what was last applied give the action, and per field its cause.
 * Pure and total; `unknown` never gets here.
 */
export function decide(question: DecisionInput): Decision {
  return question.observed.is === 'absent' ? decideAbsent(question) : decidePresent(question, question.observed)
}

function decideAbsent({ desired: wanted, last, origins }: DecisionInput): Decision {
  // Gone although nothing in the file changed: it was taken away behind our back.
  const vanished = last !== undefined && canonicalJson(last) === canonicalJson(wanted)
  const cause: Cause = vanished ? 'drifted' : 'declared'
  const edits = additions(wanted).map((one) => ({ ...one, cause, ...originOf(origins, one.pointer) }))
  return { action: vanished ? 'recover' : 'create', edits }
}

function decidePresent(question: DecisionInput, seen: DecisionObservation & { is: 'present' }): Decision {
  const edits = differences(seen.facts, question.desired).map((one) => explain(one, question, seen))
  if (edits.length === 0) return { action: question.last === undefined ? 'adopt' : 'keep', edits }
  if (edits.some((edit) => question.replaceOnly.some((prefix) => isWithin(edit.pointer, prefix)))) return { action: 'replace', edits }
  return { action: edits.every((edit) => edit.cause === 'drifted') ? 'repair' : 'update', edits }
}

function explain(
  one: Difference,
  { last, origins, repairPointers = [] }: DecisionInput,
  seen: DecisionObservation & { is: 'present' },
): Edit {
  const cause = causeOf(one, last)
  // Nobody touched this field: whoever wrote it last did right.
  if (cause === 'declared' && repairPointers.some((prefix) => isWithin(one.pointer, prefix))) return { ...one, cause: 'drifted' }
  const by = longestPrefix(seen.by, one.pointer)
  return { ...one, cause, ...(by && { by }), ...originOf(origins, one.pointer) }
}

function causeOf(one: Difference, last: FactMap | undefined): Cause {
  if (last === undefined || (one.from !== undefined && !remembers(last, one.pointer))) return 'unexplained'
  const before = valueAt(last, one.pointer)
  // Under another encryption key no fingerprint equals what was remembered: that says nothing about the world.
  if (same(before, one.from) || areIncomparable(before, one.from)) return 'declared'
  return same(before, one.to) ? 'drifted' : 'both'
}

/** A state of an older version may say nothing at all of a part of the facts. */
function remembers(last: FactMap, where: JsonPointer): boolean {
  return segments(where)
    .slice(0, 1)
    .every((part) => part in last)
}

function areIncomparable(before: FactValue | undefined, now: FactValue | undefined): boolean {
  const [then, today] = [keyIdOf(before), keyIdOf(now)]
  return then !== undefined && today !== undefined && then !== today
}

function same(a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && canonicalJson(a as FactMap) === canonicalJson(b as FactMap))
}

function originOf(origins: Origins, where: JsonPointer): Pick<Edit, 'origin'> {
  const origin = longestPrefix(origins, where)
  return origin === undefined ? {} : { origin }
}

function isWithin(where: JsonPointer, prefix: JsonPointer): boolean {
  return where === prefix || where.startsWith(`${prefix}/`)
}
