import type { Address } from '../../../values/address.ts'
import type { Fingerprinter } from '../../../values/fingerprint.ts'
import { type FactMap, isMap, type JsonPointer, pointer } from '../../../values/json.ts'
import { present, type Read } from '../../../values/read.ts'
import { Sealed } from '../../../values/sealed.ts'
import type { LiveObject, LiveSecret, ReleaseRecord } from '../../../world/ports/cluster.ts'
import type { Attribution } from '../../kind.ts'
import { blame } from './blame.ts'
import { type Decided, lookAtDeciders, withDecided } from './decided.ts'
import { objectFacts } from './facts.ts'
import { MANAGED_BY, type ManifestObject, objectKey, objectsOfRecord, RELEASE_NAME, RELEASE_NAMESPACE } from './manifest.ts'
import type { ObjectLists } from './read.ts'
import { isSecret, liveSecretFacts, manifestSecretFacts, readSecrets, secretWriters } from './secrets.ts'
import { seenFacts } from './seen.ts'

/** The objects of a release, each by its key. */
export type ObjectsSeen = {
  readonly facts: FactMap
  readonly by: ReadonlyMap<JsonPointer, Attribution>
  readonly manifest: ReadonlyMap<string, ManifestObject>
  readonly live: ReadonlyMap<string, LiveObject>
  readonly secrets: ReadonlyMap<string, LiveSecret>
  /** Objects that the release left behind and that hold data. */
  readonly kept: readonly string[]
  /** Workloads whose number of pods an autoscaler decides. */
  readonly scaled: readonly string[]
}

/** They hold what cannot be made again, or take it with them. */
export const HOLDS_DATA = ['PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition', 'Namespace']

export type ObjectsQuestion = {
  readonly address: Address
  readonly fingerprint: Fingerprinter
  readonly lists: ObjectLists
  readonly record: ReleaseRecord
}

/** Looks at every object that the newest revision means to be there, and at those it left behind. Reads only. */
export async function lookAtObjects({
  address,
  fingerprint,
  lists,
  record,
  cluster,
}: ObjectsQuestion & { cluster: Parameters<typeof readSecrets>[0] }): Promise<Read<ObjectsSeen>> {
  const manifest = new Map((await objectsOfRecord(record)).map((one) => [one.key, one]))
  const own = [...manifest.values()]
  const [read, usual, secrets] = await Promise.all([
    lists.ofManifest(own),
    lists.usual(record.namespace),
    readSecrets(cluster, own.filter(isSecret)),
  ])
  if (read.is === 'unknown') return read
  if (secrets.is === 'unknown') return secrets
  const found = read.is === 'present' ? read.value : []
  const all = new Map([...found, ...usual].map((live) => [objectKey(live, record.namespace), live]))
  const decided = await lookAtDeciders(lists, record.namespace, { manifest, live: all })
  if (decided.is !== 'present') return decided
  const live = new Map([...all].filter(([key, one]) => manifest.has(key) || isLeftBehind(one, record)))
  const kept = [...live].filter(([key, { kind }]) => !manifest.has(key) && HOLDS_DATA.includes(kind)).map(([key]) => key)
  for (const key of kept) live.delete(key)
  const texts = textPrint(address, fingerprint)
  const written = new Map([...live].map(([key, { raw, managedFields }]) => [key, blame(raw, managedFields)]))
  const facts = [...live].map(([key, one]) => {
    const named = manifest.get(key)
    return [
      key,
      liveFacts({ key, one, manifest: named && objectFacts(named.raw), by: written.get(key) ?? new Map() }, decided.value, texts),
    ] as const
  })
  const secretValues = secrets.is === 'present' ? secrets.value : new Map<string, LiveSecret>()
  const secretFacts = [...secretValues].map(([key, one]) => [key, liveSecretFacts(one, keyPrint(address, fingerprint, key))] as const)
  for (const [key, secret] of secretValues) written.set(key, secretWriters(secret))
  const by = [...written].flatMap(([key, fields]) =>
    [...fields].map(([where, who]) => [`${pointer('objects', key)}${where}`, who] as const),
  )
  return present({
    facts: Object.fromEntries([...facts, ...secretFacts]),
    by: new Map(by),
    manifest,
    live,
    secrets: secretValues,
    kept,
    scaled: decided.value.scaled,
  })
}

/** What the manifest wants of an object. */
export function manifestFacts(it: ManifestObject, address: Address, fingerprint: Fingerprinter): FactMap {
  return isSecret(it) ? manifestSecretFacts(it.raw, keyPrint(address, fingerprint, it.key)) : objectFacts(it.raw)
}

type Found = {
  readonly key: string
  readonly one: LiveObject
  readonly manifest: FactMap | undefined
  readonly by: ReadonlyMap<JsonPointer, Attribution>
}

function liveFacts(
  { key, one, manifest, by }: Found,
  decided: Decided,
  fingerprint: (key: string, where: JsonPointer, text: string) => string,
): FactMap {
  const facts = seenFacts(one.kind, one.raw, manifest, by, (where, text) => fingerprint(key, where, text))
  return withDecided(key, facts, manifest, decided)
}

/** Helm's marks say that an object is this release's; an object it was told to keep is left to whoever wanted that. */
function isLeftBehind({ raw }: LiveObject, { name, namespace }: ReleaseRecord): boolean {
  const metadata = isMap(raw.metadata) ? raw.metadata : {}
  const [labels, annotations] = [isMap(metadata.labels) ? metadata.labels : {}, isMap(metadata.annotations) ? metadata.annotations : {}]
  const isOurs = labels[MANAGED_BY] === 'Helm' && annotations[RELEASE_NAME] === name && annotations[RELEASE_NAMESPACE] === namespace
  return isOurs && annotations['helm.sh/resource-policy'] !== 'keep'
}

function textPrint(address: Address, fingerprint: Fingerprinter) {
  return (key: string, where: JsonPointer, text: string) => fingerprint.of(address, `${key}${where}`, Sealed.of(text))
}

function keyPrint(address: Address, fingerprint: Fingerprinter, object: string) {
  return (key: string, value: Sealed) => fingerprint.of(address, `${object}/${key}`, value)
}
