import { createHash } from 'node:crypto'
import { orderKey, orderText } from '../../../../values/factKeys.ts'
import { canonicalJson, type FactMap, type FactValue, isMap, type Json } from '../../../../values/json.ts'
import type { RawObject } from '../../../../world/ports/cluster.ts'
import { keysOf, ORDERED } from './keys.ts'
import { quantity } from './quantity.ts'

/** What metadata says that somebody means; the rest is the server's own. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences']

/** These finalizers are how the server itself carries out a deletion. */
const OF_DELETION = ['foregroundDeletion', 'orphan']

/** Values that the server does not keep apart from none, beside the empty text. */
const NOTHING: { readonly [field: string]: FactValue } = {
  readOnly: false,
  hostNetwork: false,
  hostPID: false,
  hostIPC: false,
  hostPort: 0,
  stdin: false,
  stdinOnce: false,
  tty: false,
  paused: false,
  minReadySeconds: 0,
  initialDelaySeconds: 0,
  publishNotReadyAddresses: false,
  nodePort: 0,
  healthCheckNodePort: 0,
  globalDefault: false,
  preserveUnknownFields: false,
}

/** Maps of people's own words: there even an empty one is said. */
const FREE = ['labels', 'annotations', 'matchLabels', 'nodeSelector', 'selector', 'data', 'binaryData', 'parameters', 'volumeAttributes']

/** Empty ones select everything, missing ones nothing. */
const SELECTORS = ['podSelector', 'namespaceSelector', 'labelSelector', 'objectSelector']

const LONGEST = 400

/**
 * An object of a manifest, or a live one, as maps and scalars: lists by full keys, quantities in one spelling, nothing that
 * says nothing. The order of a list is a fact of its own (`envFrom (order)`) where it means something.
 */
export function objectFacts(raw: RawObject): FactMap {
  const { apiVersion, kind: _kind, metadata, status: _status, ...rest } = raw
  return {
    apiVersion: String(apiVersion),
    ...withoutEmpty({ metadata: metadataFacts(isMap(metadata) ? metadata : {}), ...mapFacts(rest, []) }),
  }
}

function metadataFacts(metadata: { readonly [key: string]: unknown }): FactMap {
  const said = mapFacts(Object.fromEntries(METADATA.map((key) => [key, metadata[key]])), ['metadata'])
  const finalizers = isMap(said.finalizers) ? Object.entries(said.finalizers).filter(([name]) => !OF_DELETION.includes(name)) : []
  const deleting = metadata.deletionTimestamp === undefined || metadata.deletionTimestamp === null ? {} : { deleting: true }
  return withoutEmpty({ ...said, finalizers: Object.fromEntries(finalizers), ...deleting })
}

function mapFacts(map: { readonly [key: string]: unknown }, above: readonly string[]): FactMap {
  const facts: Record<string, FactValue> = {}
  for (const [field, value] of Object.entries(map)) {
    const fact = factOf(field, value, above)
    if (fact === undefined || isNothing(field, fact, above)) continue
    facts[field] = fact
    const order = Array.isArray(value) ? orderFact(field, value) : undefined
    if (order !== undefined) facts[orderKey(field)] = order
  }
  return facts
}

function factOf(field: string, value: unknown, above: readonly string[]): FactValue | undefined {
  if (value === null || value === undefined) return undefined
  if (Array.isArray(value)) return value.length === 0 ? undefined : listFacts(field, value, [...above, field])
  if (!isMap(value)) return scalarFact(value, [...above, field])
  // A schema of a CRD has thousands of fields, and nobody reads them in a plan.
  if (field === 'openAPIV3Schema') return `sha256:${digest(canonicalJson(withoutNulls(value)))}`
  const facts = mapFacts(value, [...above, field])
  return Object.keys(facts).length === 0 && !SELECTORS.includes(field) ? undefined : facts
}

function listFacts(field: string, list: readonly unknown[], path: readonly string[]): FactMap {
  const { keys, dropped } = keysOf(field, list)
  const entries = list.map((element, i) => [keys[i] as string, elementFact(element, dropped, field === 'finalizers', path)] as const)
  return Object.fromEntries(entries)
}

/** That an element is there is a fact, even when there is nothing more to say of it. */
function elementFact(element: unknown, dropped: readonly string[], isSet: boolean, path: readonly string[]): FactValue {
  if (isSet) return true
  if (Array.isArray(element)) return listFacts('', element, path)
  if (!isMap(element)) return element === null ? null : scalarFact(element, path)
  return mapFacts(Object.fromEntries(Object.entries(element).filter(([key]) => !dropped.includes(key))), path)
}

function scalarFact(value: unknown, path: readonly string[]): FactValue {
  if ((typeof value === 'string' || typeof value === 'number') && isQuantity(path)) return quantity(String(value))
  if (typeof value === 'string') return value.length > LONGEST ? `sha256:${digest(value)}` : value
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}

function isQuantity(path: readonly string[]): boolean {
  const [field = '', parent = '', owner] = path.toReversed()
  if (/^(sizeLimit|averageValue|divisor)$/.test(field) || /^(hard|capacity)$/.test(parent)) return true
  return owner === 'resources' || (owner === 'limits' && /^(min|max|default|defaultRequest)$/.test(parent))
}

/** A storage class without a name says that none may be chosen. */
function isNothing(field: string, fact: FactValue, above: readonly string[]): boolean {
  if (FREE.includes(above.at(-1) ?? '')) return false
  return (fact === '' && field !== 'storageClassName') || (Object.hasOwn(NOTHING, field) && NOTHING[field] === fact)
}

function orderFact(field: string, list: readonly unknown[]): string | undefined {
  if (field === 'env') return envOrder(list)
  return ORDERED.has(field) && list.length > 1 ? orderText(keysOf(field, list).keys) : undefined
}

/** `$(OTHER)` is replaced only where OTHER stands before it. */
function envOrder(list: readonly unknown[]): string | undefined {
  const { keys } = keysOf('env', list)
  const refers = list.map((one) =>
    [...String(isMap(one) ? (one.value ?? '') : '').matchAll(/\$\(([^)]+)\)/g)].map(([, name]) => name as string),
  )
  const involved = new Set(
    refers.flatMap((names, i) => names.filter((name) => keys.includes(name)).flatMap((name) => [name, keys[i] as string])),
  )
  return involved.size < 2 ? undefined : orderText(keys.filter((key) => involved.has(key)))
}

function withoutEmpty(facts: FactMap): FactMap {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => !isMap(value) || Object.keys(value).length > 0))
}

function withoutNulls(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isMap(value)) return (value ?? null) as Json
  return Object.fromEntries(Object.entries(value).flatMap(([key, one]) => (one === null ? [] : [[key, withoutNulls(one)]])))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
