import type { Address } from '../../../../values/address.ts'
import type { Fingerprint, Fingerprinter } from '../../../../values/fingerprint.ts'
import { type FactMap, isMap, type JsonPointer, pointer } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import { Sealed } from '../../../../values/sealed.ts'
import type { LiveObject, LiveSecret, ReleaseRecord } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import { objectFacts } from '../facts/objectFacts.ts'
import { isSecret, liveSecretFacts, manifestSecretFacts, readSecrets, secretWriters } from '../facts/secretFacts.ts'
import { MANAGED_BY, type ManifestObject, objectKey, objectsOfRecord, RELEASE_NAME, RELEASE_NAMESPACE } from '../manifest.ts'
import { type ControllerManaged, dropControllerManaged, observeControllers } from './controllerManaged.ts'
import { fieldOwners } from './fieldOwners.ts'
import type { ListCache } from './listCache.ts'
import { liveFacts } from './liveFacts.ts'

/** The objects of a release, each by its key. */
export type ObservedObjects = {
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

export type ObserveObjectsInput = {
  readonly address: Address
  readonly fingerprint: Fingerprinter
  readonly lists: ListCache
  readonly record: ReleaseRecord
}

/** Looks at every object that the newest revision means to be there, and at those it left behind. Reads only. */
export async function observeObjects({
  address,
  fingerprint,
  lists,
  record,
  cluster,
}: ObserveObjectsInput & { cluster: Parameters<typeof readSecrets>[0] }): Promise<ReadResult<ObservedObjects>> {
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
  const decided = await observeControllers(lists, record.namespace, { manifest, live: all })
  if (decided.is !== 'present') return decided
  const live = new Map([...all].filter(([key, one]) => manifest.has(key) || isLeftBehind(one, record)))
  const kept = [...live].filter(([key, { kind }]) => !manifest.has(key) && HOLDS_DATA.includes(kind)).map(([key]) => key)
  for (const key of kept) live.delete(key)
  const texts = textFingerprint(address, fingerprint)
  const written = new Map([...live].map(([key, { raw, managedFields }]) => [key, fieldOwners(raw, managedFields)]))
  const facts = [...live].map(([key, one]) => {
    const named = manifest.get(key)
    return [
      key,
      liveObjectFacts({ key, one, manifest: named && objectFacts(named.raw), by: written.get(key) ?? new Map() }, decided.value, texts),
    ] as const
  })
  const secretValues = secrets.is === 'present' ? secrets.value : new Map<string, LiveSecret>()
  const secretFacts = [...secretValues].map(([key, one]) => [key, liveSecretFacts(one, keyFingerprint(address, fingerprint, key))] as const)
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
  return isSecret(it) ? manifestSecretFacts(it.raw, keyFingerprint(address, fingerprint, it.key)) : objectFacts(it.raw)
}

type Found = {
  readonly key: string
  readonly one: LiveObject
  readonly manifest: FactMap | undefined
  readonly by: ReadonlyMap<JsonPointer, Attribution>
}

function liveObjectFacts(
  { key, one, manifest, by }: Found,
  decided: ControllerManaged,
  fingerprint: (key: string, where: JsonPointer, text: string) => Fingerprint,
): FactMap {
  const facts = liveFacts(one.kind, one.raw, manifest, by, (where, text) => fingerprint(key, where, text))
  return dropControllerManaged(key, facts, manifest, decided)
}

/** Helm's marks say that an object is this release's; an object it was told to keep is left to whoever wanted that. */
function isLeftBehind({ raw }: LiveObject, { name, namespace }: ReleaseRecord): boolean {
  const metadata = isMap(raw.metadata) ? raw.metadata : {}
  const [labels, annotations] = [isMap(metadata.labels) ? metadata.labels : {}, isMap(metadata.annotations) ? metadata.annotations : {}]
  const isOurs = labels[MANAGED_BY] === 'Helm' && annotations[RELEASE_NAME] === name && annotations[RELEASE_NAMESPACE] === namespace
  return isOurs && annotations['helm.sh/resource-policy'] !== 'keep'
}

function textFingerprint(address: Address, fingerprint: Fingerprinter) {
  return (key: string, where: JsonPointer, text: string) => fingerprint.of(address, `${key}${where}`, Sealed.of(text))
}

function keyFingerprint(address: Address, fingerprint: Fingerprinter, object: string) {
  return (key: string, value: Sealed) => fingerprint.of(address, `${object}/${key}`, value)
}
