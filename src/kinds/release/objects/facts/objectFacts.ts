import { createHash } from 'node:crypto'
import { orderKey, orderText } from '../../../../values/factKeys.ts'
import { canonicalJson, type FactMap, type FactValue, isMap, type Json } from '../../../../values/json.ts'
import type { RawObject } from '../../../../world/ports/cluster.ts'
import { keysOf, ORDERED } from './keys.ts'
import { quantity } from './quantity.ts'

/** The metadata that clients declare; the server sets the rest. */
const METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences']

/** The server itself sets these finalizers to carry out a deletion. */
const DELETION_FINALIZERS = ['foregroundDeletion', 'orphan']

/** Values that, like the empty text, the server does not distinguish from an absent field. */
const SAME_AS_ABSENT: { readonly [field: string]: FactValue } = {
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

/** Maps whose keys users choose: an empty value in them is a value. */
const FREE_FORM = [
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'selector',
  'data',
  'binaryData',
  'parameters',
  'volumeAttributes',
]

/** An empty selector selects everything, an absent one nothing. */
const SELECTORS = ['podSelector', 'namespaceSelector', 'labelSelector', 'objectSelector']

const MAX_LENGTH = 400

/**
 * An object of a manifest, or a live one, as maps and scalars: lists become maps by full keys, quantities get their canonical
 * form, and values that mean the same as an absent field are left out. Where the order of a list has a meaning, it is a fact
 * of its own (`envFrom (order)`).
 */
export function objectFacts(raw: RawObject): FactMap {
  const { apiVersion, kind: _kind, metadata, status: _status, ...rest } = raw
  return {
    apiVersion: String(apiVersion),
    ...withoutEmpty({ metadata: metadataFacts(isMap(metadata) ? metadata : {}), ...mapFacts(rest, []) }),
  }
}

function metadataFacts(metadata: { readonly [key: string]: unknown }): FactMap {
  const declared = mapFacts(Object.fromEntries(METADATA.map((key) => [key, metadata[key]])), ['metadata'])
  const finalizers = isMap(declared.finalizers)
    ? Object.entries(declared.finalizers).filter(([name]) => !DELETION_FINALIZERS.includes(name))
    : []
  const deleting = metadata.deletionTimestamp === undefined || metadata.deletionTimestamp === null ? {} : { deleting: true }
  return withoutEmpty({ ...declared, finalizers: Object.fromEntries(finalizers), ...deleting })
}

function mapFacts(map: { readonly [key: string]: unknown }, above: readonly string[]): FactMap {
  const facts: Record<string, FactValue> = {}
  for (const [field, value] of Object.entries(map)) {
    const fact = factOf(field, value, above)
    if (fact === undefined || isSameAsAbsent(field, fact, above)) continue
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
  // The schema of a CRD has thousands of fields, too many for a plan to show.
  if (field === 'openAPIV3Schema') return `sha256:${digest(canonicalJson(withoutNulls(value)))}`
  const facts = mapFacts(value, [...above, field])
  return Object.keys(facts).length === 0 && !SELECTORS.includes(field) ? undefined : facts
}

function listFacts(field: string, list: readonly unknown[], path: readonly string[]): FactMap {
  const { keys, dropped } = keysOf(field, list)
  const entries = list.map((element, i) => [keys[i] as string, elementFact(element, dropped, field === 'finalizers', path)] as const)
  return Object.fromEntries(entries)
}

/** The existence of an element is a fact, even if it has no other fields. */
function elementFact(element: unknown, dropped: readonly string[], isSet: boolean, path: readonly string[]): FactValue {
  if (isSet) return true
  if (Array.isArray(element)) return listFacts('', element, path)
  if (!isMap(element)) return element === null ? null : scalarFact(element, path)
  return mapFacts(Object.fromEntries(Object.entries(element).filter(([key]) => !dropped.includes(key))), path)
}

function scalarFact(value: unknown, path: readonly string[]): FactValue {
  if ((typeof value === 'string' || typeof value === 'number') && isQuantity(path)) return quantity(String(value))
  if (typeof value === 'string') return value.length > MAX_LENGTH ? `sha256:${digest(value)}` : value
  return typeof value === 'number' || typeof value === 'boolean' ? value : String(value)
}

function isQuantity(path: readonly string[]): boolean {
  const [field = '', parent = '', owner] = path.toReversed()
  if (/^(sizeLimit|averageValue|divisor)$/.test(field) || /^(hard|capacity)$/.test(parent)) return true
  return owner === 'resources' || (owner === 'limits' && /^(min|max|default|defaultRequest)$/.test(parent))
}

/** An empty storageClassName has a meaning: no class may be chosen by default. */
function isSameAsAbsent(field: string, fact: FactValue, above: readonly string[]): boolean {
  if (FREE_FORM.includes(above.at(-1) ?? '')) return false
  return (fact === '' && field !== 'storageClassName') || (Object.hasOwn(SAME_AS_ABSENT, field) && SAME_AS_ABSENT[field] === fact)
}

function orderFact(field: string, list: readonly unknown[]): string | undefined {
  if (field === 'env') return envOrder(list)
  return ORDERED.has(field) && list.length > 1 ? orderText(keysOf(field, list).keys) : undefined
}

/** `$(OTHER)` is expanded only if OTHER comes before it. */
function envOrder(list: readonly unknown[]): string | undefined {
  const { keys } = keysOf('env', list)
  const references = list.map((variable) =>
    [...String(isMap(variable) ? (variable.value ?? '') : '').matchAll(/\$\(([^)]+)\)/g)].map(([, name]) => name as string),
  )
  const involved = new Set(
    references.flatMap((names, i) => names.filter((name) => keys.includes(name)).flatMap((name) => [name, keys[i] as string])),
  )
  return involved.size < 2 ? undefined : orderText(keys.filter((key) => involved.has(key)))
}

function withoutEmpty(facts: FactMap): FactMap {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => !isMap(value) || Object.keys(value).length > 0))
}

function withoutNulls(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isMap(value)) return (value ?? null) as Json
  return Object.fromEntries(Object.entries(value).flatMap(([key, inner]) => (inner === null ? [] : [[key, withoutNulls(inner)]])))
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
