import { fromBase64 } from '../../../../values/base64.ts'
import type { Fingerprint } from '../../../../values/fingerprint.ts'
import { type FactMap, isMap, type JsonPointer } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import { Sealed } from '../../../../values/sealed.ts'
import type { ClusterReads, LiveSecret, RawObject } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import type { ManifestObject } from '../manifest.ts'
import { fieldOwners } from '../observe/fieldOwners.ts'

type FingerprintValue = (key: string, value: Sealed) => Fingerprint

export function isSecret({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): boolean {
  return apiVersion === 'v1' && kind === 'Secret'
}

/** Of a secret that a chart renders only its type and the fingerprints of its keys are facts. */
export function manifestSecretFacts(raw: RawObject, fingerprint: FingerprintValue): FactMap {
  return secretFacts(typeof raw.type === 'string' ? raw.type : 'Opaque', manifestValues(raw), fingerprint)
}

export function liveSecretFacts({ type, data }: LiveSecret, fingerprint: FingerprintValue): FactMap {
  return secretFacts(type, data, fingerprint)
}

/** Who last wrote which key of a live secret, by its facts' pointers. */
export function secretWriters({ data, managedFields }: LiveSecret): ReadonlyMap<JsonPointer, Attribution> {
  const keys = Object.fromEntries([...data.keys()].map((key) => [key, null]))
  return new Map([...fieldOwners({ data: keys }, managedFields)].map(([where, who]) => [where.replace(/^\/data\//, '/keys/'), who]))
}

/** What a manifest's secret holds, `stringData` over `data`. */
export function manifestValues(raw: RawObject): ReadonlyMap<string, Sealed> {
  const [data, stringData] = [isMap(raw.data) ? raw.data : {}, isMap(raw.stringData) ? raw.stringData : {}]
  const decoded = Object.entries(data).map(([key, value]) => [key, fromBase64(String(value ?? ''))] as const)
  const plain = Object.entries(stringData).map(([key, value]) => [key, String(value ?? '')] as const)
  return new Map([...decoded, ...plain].map(([key, value]) => [key, Sealed.of(value)]))
}

/** Reads the secrets of a manifest, each by its name; those that are not there are left out. */
export async function readSecrets(
  cluster: ClusterReads,
  wanted: readonly ManifestObject[],
): Promise<ReadResult<ReadonlyMap<string, LiveSecret>>> {
  const reads = await Promise.all(wanted.map(async (one) => [one.key, await cluster.secret(one.namespace, one.name)] as const))
  const found = new Map<string, LiveSecret>()
  for (const [key, read] of reads) {
    if (read.is === 'unknown') return read
    if (read.is === 'present') found.set(key, read.value)
  }
  return present(found)
}

function secretFacts(type: string, values: ReadonlyMap<string, Sealed>, fingerprint: FingerprintValue): FactMap {
  const keys = [...values].map(([key, value]) => [key, fingerprint(key, value)] as const)
  return { apiVersion: 'v1', type, ...(keys.length > 0 && { keys: Object.fromEntries(keys) }) }
}
