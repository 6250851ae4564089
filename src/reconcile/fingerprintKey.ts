import type { Installation } from '../installation/installation.ts'
import { ENCRYPTION_KEY, SECRET_NAMES } from '../installation/spacelift.ts'
import type { State } from '../state/state.ts'
import { type Address, address } from '../values/address.ts'
import { Fingerprinter, keyIdOf } from '../values/fingerprint.ts'
import { type JsonPointer, pointer } from '../values/json.ts'
import { readRsaKey } from '../values/rsaKey.ts'
import type { View } from '../world/ports.ts'

/** How secrets are compared by who may not open the file's references. */
export type ClusterKey = {
  readonly fingerprint: Fingerprinter
  /** Fields known to differ, whatever their fingerprints say: the encryption key itself. */
  readonly certain: ReadonlyMap<Address, ReadonlySet<JsonPointer>>
}

/**
 * The key to fingerprint with, from the cluster's own copy of the encryption key, if that is the one the state was written
 * with. Otherwise secrets are compared by their version only, and the change of the key is known by itself.
 * `seed`: random text.
 */
export async function clusterKey(view: View, { kubernetes }: Installation, state: State, seed: string): Promise<ClusterKey> {
  const where = address('secret', kubernetes.namespace, SECRET_NAMES.shared)
  const read = await view.cluster.secret(kubernetes.namespace, SECRET_NAMES.shared)
  const live = read.is === 'present' ? read.value.data.get(ENCRYPTION_KEY) : undefined
  const key = live === undefined ? undefined : readRsaKey(live)
  const fingerprint = typeof key === 'object' ? Fingerprinter.fromPrivateKey(key.pem) : Fingerprinter.incomparable(seed)
  const remembered = rememberedKeyId(state)
  const other = live !== undefined && remembered !== undefined && remembered !== fingerprint.keyId
  return { fingerprint, certain: new Map(other ? [[where, new Set([pointer('keys', ENCRYPTION_KEY)])]] : []) }
}

function rememberedKeyId(state: State): string | undefined {
  const secrets = Object.entries(state.resources).filter(([where]) => where.startsWith('secret/'))
  const values = secrets.flatMap(([, { facts }]) => Object.values((facts as { readonly keys?: object }).keys ?? {}))
  return values.map(keyIdOf).find((id) => id !== undefined)
}
