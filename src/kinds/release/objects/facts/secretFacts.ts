import { fromBase64 } from '../../../../values/base64.ts'
import type { Fingerprint } from '../../../../values/fingerprint.ts'
import type { FactMap, JsonPointer } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import { Sealed } from '../../../../values/sealed.ts'
import { mapAt, textAt } from '../../../../values/unstructured.ts'
import type { ClusterReads, LiveSecret, ObjectKind, RawObject } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import { writersOfFields } from '../../../shared/fieldWriters.ts'
import type { ManifestObject } from '../manifest.ts'

type FingerprintValue = (key: string, value: Sealed) => Fingerprint

export function isSecret({ apiVersion, kind }: ObjectKind): boolean {
  return apiVersion === 'v1' && kind === 'Secret'
}

/** The facts of a secret that a chart renders: only its type and the fingerprints of its keys. */
export function manifestSecretFacts(raw: RawObject, fingerprint: FingerprintValue): FactMap {
  return secretFacts(textAt(raw, 'type') || 'Opaque', manifestValues(raw), fingerprint)
}

export function liveSecretFacts({ type, data }: LiveSecret, fingerprint: FingerprintValue): FactMap {
  return secretFacts(type, data, fingerprint)
}

/** Who last wrote which key of a live secret, by its facts' pointers. */
export function secretWriters({ managedFields }: LiveSecret): ReadonlyMap<JsonPointer, Attribution> {
  return writersOfFields(managedFields, { data: '/keys' })
}

/** The values of a manifest's secret; `stringData` overrides `data`. */
export function manifestValues(raw: RawObject): ReadonlyMap<string, Sealed> {
  const data = Object.entries(mapAt(raw, 'data')).map(([key, value]) => [key, fromBase64(String(value ?? ''))] as const)
  const stringData = Object.entries(mapAt(raw, 'stringData')).map(([key, value]) => [key, String(value ?? '')] as const)
  return new Map([...data, ...stringData].map(([key, value]) => [key, Sealed.of(value)]))
}

/** Reads the secrets of a manifest, each by its name; absent ones are left out. */
export async function readSecrets(
  cluster: ClusterReads,
  declared: readonly ManifestObject[],
): Promise<ReadResult<ReadonlyMap<string, LiveSecret>>> {
  const reads = await Promise.all(declared.map(async ({ key, namespace, name }) => [key, await cluster.secret(namespace, name)] as const))
  const secrets = new Map<string, LiveSecret>()
  for (const [key, read] of reads) {
    if (read.is === 'unknown') return read
    if (read.is === 'present') secrets.set(key, read.value)
  }
  return present(secrets)
}

function secretFacts(type: string, values: ReadonlyMap<string, Sealed>, fingerprint: FingerprintValue): FactMap {
  const keys = [...values].map(([key, value]) => [key, fingerprint(key, value)] as const)
  return { apiVersion: 'v1', type, ...(keys.length > 0 && { keys: Object.fromEntries(keys) }) }
}
