import { isMap, type Json } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'

/** Which world was applied to; a part that the server would not tell is ''. */
export type WorldIdentity = {
  /** uid of kube-system. */
  readonly cluster: string
  /** MinIO's deployment id; '' where this user may not read it (admin:ServerInfo). */
  readonly objectStore: string
  /** What stands in for the id where it is not told. */
  readonly objectStoreEndpoint: string
  /** Hosts, sorted. */
  readonly registries: readonly string[]
}

export type StoredFacts = {
  readonly facts: Json
  readonly guard: string
  readonly after: readonly string[]
  readonly provenance: 'created' | 'adopted'
  /** What its absence from the file means where that is not what its kind says; by who made it. */
  readonly removalPolicy?: WhenGone
  /** What was known to be good beside the facts; never compared. */
  readonly bookkeeping?: Json
}

type WhenGone = {
  readonly created: 'remove' | 'forget' | 'refuse'
  readonly adopted: 'forget' | 'refuse'
  readonly removeFirst?: boolean
}

/** What was last applied: a cache that can be lost, and holds no secret. */
export type State = {
  readonly format: 1
  /** Names this state for ever; a state of another lineage is another state. */
  readonly lineage: string
  /** Grows by one with every write. */
  readonly serial: number
  readonly world: WorldIdentity | null
  readonly resources: { readonly [address: string]: StoredFacts }
}

const FORMAT = 1

/** The state of an installation nobody applied yet. */
export function emptyState(lineage: string): State {
  return { format: FORMAT, lineage, serial: 0, world: null, resources: {} }
}

/** Reads a state from JSON text, or says what is wrong with it; `file` is for the message only. */
export function parseState(text: string, file: string): { state: State } | { problem: Problem } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: unreadable(file, 'it is not JSON: it was cut short or edited') }
  }
  if (isMap(value) && typeof value.format === 'number' && value.format > FORMAT) return { problem: newer(file, value.format) }
  const wrong = fault(value)
  return wrong === undefined ? { state: value as State } : { problem: unreadable(file, wrong) }
}

/** The text a state is kept as: readable, and the same bytes for the same state. */
export function stateText(state: State): string {
  return `${JSON.stringify(state, null, 2)}\n`
}

function fault(value: unknown): string | undefined {
  if (!isMap(value)) return 'it holds no state'
  if (value.format !== FORMAT) return 'its format is missing'
  if (typeof value.lineage !== 'string' || !isSerial(value.serial)) return 'its lineage or its serial is missing'
  if (value.world !== null && !isWorld(value.world)) return 'its world is malformed'
  if (!isMap(value.resources)) return 'its resources are missing'
  const bad = Object.entries(value.resources).find(([, stored]) => !isStored(stored))
  return bad === undefined ? undefined : `the record of ${bad[0]} is malformed`
}

function isSerial(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isWorld(value: unknown): boolean {
  if (!isMap(value) || !isStrings(value.registries)) return false
  return [value.cluster, value.objectStore, value.objectStoreEndpoint].every((one) => typeof one === 'string')
}

function isStored(value: unknown): boolean {
  if (!isMap(value) || typeof value.guard !== 'string' || !isStrings(value.after)) return false
  const known = value.provenance === 'created' || value.provenance === 'adopted'
  if (value.bookkeeping !== undefined && !isMap(value.bookkeeping)) return false
  return known && isMap(value.facts) && (value.removalPolicy === undefined || isWhenGone(value.removalPolicy))
}

function isWhenGone(value: unknown): boolean {
  if (!isMap(value) || !['remove', 'forget', 'refuse'].includes(value.created as string)) return false
  return ['forget', 'refuse'].includes(value.adopted as string) && ['boolean', 'undefined'].includes(typeof value.removeFirst)
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function newer(file: string, format: number): Problem {
  return {
    code: 'state/newer',
    summary: `The state ${file} is in format ${format}; this version of groundcrew knows format ${FORMAT}.`,
    remedy: 'Use the version of groundcrew that wrote it: groundcrew history names it.',
  }
}

function unreadable(file: string, why: string): Problem {
  return {
    code: 'state/unreadable',
    summary: `The state ${file} cannot be read: ${why}.`,
    remedy: `Put back ${file}.previous, or move the file away: without a state every resource is looked at anew and nothing is lost.`,
  }
}
