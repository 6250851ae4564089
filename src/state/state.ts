import { isMap, type Json } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'
import { hasShape, isNumber, isText, listOf, malformedField, oneOf, optional, type Shape } from '../values/shape.ts'
import { unreadableState } from '../values/stateProblems.ts'
import { migrateState } from './migrateState.ts'

/** The cluster, object store and registries that were applied to; '' for what the server does not reveal. */
export type WorldIdentity = {
  /** uid of kube-system. */
  readonly cluster: string
  /** MinIO's deployment id; '' where this user may not read it (admin:ServerInfo). */
  readonly objectStore: string
  /** Identifies the object store where its id is not known. */
  readonly objectStoreEndpoint: string
  /** Hosts, sorted. */
  readonly registries: readonly string[]
}

export type StoredFacts = {
  readonly facts: Json
  readonly guard: string
  readonly after: readonly string[]
  readonly provenance: 'created' | 'adopted'
  /** What happens once the file no longer declares it, where that differs from its kind's policy; by provenance. */
  readonly removalPolicy?: StoredRemovalPolicy
  /** What is remembered beside the facts; never compared. */
  readonly bookkeeping?: Json
}

type StoredRemovalPolicy = {
  readonly created: 'remove' | 'forget' | 'refuse'
  readonly adopted: 'forget' | 'refuse'
  readonly removeFirst?: boolean
}

/** What was last applied: a cache that can be lost, and contains no secret. */
export type State = {
  readonly format: 2
  /** Identifies this state permanently: a state with another lineage is another state. */
  readonly lineage: string
  /** Incremented by every write. */
  readonly serial: number
  readonly world: WorldIdentity | null
  readonly resources: { readonly [address: string]: StoredFacts }
}

const FORMAT = 2

const isRemovalPolicy = hasShape({
  created: oneOf('remove', 'forget', 'refuse'),
  adopted: oneOf('forget', 'refuse'),
  removeFirst: optional(oneOf(true, false)),
})
const RECORD: Shape = {
  facts: isMap,
  guard: isText,
  after: listOf(isText),
  provenance: oneOf('created', 'adopted'),
  removalPolicy: optional(isRemovalPolicy),
  bookkeeping: optional(isMap),
}
const isWorld = hasShape({ cluster: isText, objectStore: isText, objectStoreEndpoint: isText, registries: listOf(isText) })
const STATE: Shape = {
  format: oneOf(FORMAT),
  lineage: isText,
  serial: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  world: (value) => value === null || isWorld(value),
  resources: isMap,
}

/** The state of an installation that was never applied. */
export function emptyState(lineage: string): State {
  return { format: FORMAT, lineage, serial: 0, world: null, resources: {} }
}

/** Reads a state from JSON text, in this or an earlier format, or returns why it cannot; `file` is only for the message. */
export function parseState(text: string, file: string): { state: State } | { problem: Problem } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: unreadableState(file, 'it is not JSON: it was truncated or edited') }
  }
  if (isMap(value) && isNumber(value.format) && value.format > FORMAT) return { problem: newer(file, value.format) }
  const state = migrateState(value)
  const reason = malformedPart(state)
  return reason === undefined ? { state: state as State } : { problem: unreadableState(file, reason) }
}

/** The text of a state: readable, and the same bytes for the same state. */
export function stateText(state: State): string {
  return `${JSON.stringify(state, null, 2)}\n`
}

function malformedPart(state: unknown): string | undefined {
  const field = malformedField(state, STATE)
  if (field === '') return 'it is not a state'
  if (field !== undefined) return `its ${field} ${field === 'resources' ? 'are' : 'is'} missing or malformed`
  for (const [address, record] of Object.entries((state as State).resources)) {
    const recordField = malformedField(record, RECORD)
    if (recordField !== undefined) return `the record of ${address} is malformed${recordField && ` (${recordField})`}`
  }
  return undefined
}

function newer(file: string, format: number): Problem {
  return {
    code: 'state/newer',
    summary: `The state ${file} is in format ${format}; this version of groundcrew supports format ${FORMAT}.`,
    remedy: 'Use the version of groundcrew that wrote it: groundcrew history shows it.',
  }
}
