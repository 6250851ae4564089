import type { Address } from '../../../../values/address.ts'
import type { Fingerprinter } from '../../../../values/fingerprint.ts'
import type { FactMap, JsonPointer } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import { Sealed } from '../../../../values/sealed.ts'
import { mapAt } from '../../../../values/unstructured.ts'
import type { ClusterReads, LiveObject, LiveSecret, ReleaseRecord } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import { objectFacts } from '../facts/objectFacts.ts'
import { objectPointer } from '../facts/objectPointer.ts'
import { isSecret, liveSecretFacts, manifestSecretFacts, readSecrets, secretWriters } from '../facts/secretFacts.ts'
import { MANAGED_BY, type ManifestObject, objectKey, objectsOfRecord, RELEASE_NAME, RELEASE_NAMESPACE } from '../manifest.ts'
import { type ControllerManaged, dropControllerManaged, observeControllers } from './controllerManaged.ts'
import { fieldOwners } from './fieldOwners.ts'
import type { ListCache } from './listCache.ts'
import { liveFacts } from './liveFacts.ts'

type Writers = ReadonlyMap<JsonPointer, Attribution>

/** The objects of a release, each by its key. */
export type ObservedObjects = {
  readonly facts: FactMap
  readonly by: Writers
  readonly manifest: ReadonlyMap<string, ManifestObject>
  readonly live: ReadonlyMap<string, LiveObject>
  readonly secrets: ReadonlyMap<string, LiveSecret>
  /** Objects that an earlier revision left behind and that hold data. */
  readonly leftBehind: readonly string[]
  /** Workloads whose replicas an autoscaler sets. */
  readonly scaled: readonly string[]
}

/** Kinds whose deletion loses data that cannot be created again. */
export const HOLDS_DATA = ['PersistentVolumeClaim', 'PersistentVolume', 'CustomResourceDefinition', 'Namespace']

export type ObserveObjectsInput = {
  readonly address: Address
  readonly fingerprint: Fingerprinter
  readonly lists: ListCache
  readonly record: ReleaseRecord
  readonly cluster: ClusterReads
}

/** Observes every object of the newest revision, and those that earlier revisions left behind. Reads only. */
export async function observeObjects(input: ObserveObjectsInput): Promise<ReadResult<ObservedObjects>> {
  const { lists, record, cluster } = input
  const manifest = new Map((await objectsOfRecord(record)).map((object) => [object.key, object]))
  const declared = [...manifest.values()]
  const [read, common, secrets] = await Promise.all([
    lists.ofManifest(declared),
    lists.common(record.namespace),
    readSecrets(cluster, declared.filter(isSecret)),
  ])
  if (read.is !== 'present') return read
  if (secrets.is !== 'present') return secrets
  const listed = new Map([...read.value, ...common].map((live) => [objectKey(live, record.namespace), live]))
  const managed = await observeControllers(lists, record.namespace, { manifest, live: listed })
  if (managed.is !== 'present') return managed
  const { live, leftBehind } = ownObjects(listed, manifest, record)
  const observed = { manifest, live, secrets: secrets.value, leftBehind, scaled: managed.value.scaled }
  return present({ ...observed, ...factsAndWriters(input, observed, managed.value) })
}

/** The live objects that belong to the release; those it left behind that hold data are only reported. */
function ownObjects(listed: ReadonlyMap<string, LiveObject>, manifest: ReadonlyMap<string, ManifestObject>, record: ReleaseRecord) {
  const live = new Map([...listed].filter(([key, object]) => manifest.has(key) || hasOwnerMarks(object, record)))
  const leftBehind = [...live].filter(([key, { kind }]) => !manifest.has(key) && HOLDS_DATA.includes(kind)).map(([key]) => key)
  for (const key of leftBehind) live.delete(key)
  return { live, leftBehind }
}

function factsAndWriters(
  { address, fingerprint }: ObserveObjectsInput,
  { manifest, live, secrets }: Pick<ObservedObjects, 'manifest' | 'live' | 'secrets'>,
  managed: ControllerManaged,
): Pick<ObservedObjects, 'facts' | 'by'> {
  const facts: Record<string, FactMap> = {}
  const by = new Map<JsonPointer, Attribution>()
  const add = (key: string, objectFacts: FactMap, writers: Writers) => {
    facts[key] = objectFacts
    for (const [path, attribution] of writers) by.set(`${objectPointer(key)}${path}`, attribution)
  }
  for (const [key, object] of live) {
    const declared = manifest.get(key)
    const manifestFacts = declared && objectFacts(declared.raw)
    const writers = fieldOwners(object.raw, object.managedFields)
    const all = liveFacts(object.kind, object.raw, manifestFacts, writers, textFingerprint(address, fingerprint, key))
    add(key, dropControllerManaged(key, all, manifestFacts, managed), writers)
  }
  for (const [key, secret] of secrets) add(key, liveSecretFacts(secret, keyFingerprint(address, fingerprint, key)), secretWriters(secret))
  return { facts, by }
}

/** The facts that the manifest declares of an object. */
export function manifestFacts(object: ManifestObject, address: Address, fingerprint: Fingerprinter): FactMap {
  return isSecret(object) ? manifestSecretFacts(object.raw, keyFingerprint(address, fingerprint, object.key)) : objectFacts(object.raw)
}

/** Helm's marks on an object name its release. An object that Helm keeps (resource-policy) no longer belongs to the release. */
function hasOwnerMarks({ raw }: LiveObject, { name, namespace }: ReleaseRecord): boolean {
  const [labels, annotations] = [mapAt(raw, 'metadata', 'labels'), mapAt(raw, 'metadata', 'annotations')]
  const isOwn = labels[MANAGED_BY] === 'Helm' && annotations[RELEASE_NAME] === name && annotations[RELEASE_NAMESPACE] === namespace
  return isOwn && annotations['helm.sh/resource-policy'] !== 'keep'
}

function textFingerprint(address: Address, fingerprint: Fingerprinter, object: string) {
  return (path: JsonPointer, text: string) => fingerprint.of(address, `${object}${path}`, Sealed.of(text))
}

function keyFingerprint(address: Address, fingerprint: Fingerprinter, object: string) {
  return (key: string, value: Sealed) => fingerprint.of(address, `${object}/${key}`, value)
}
