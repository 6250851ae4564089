import type { Installation } from '../installation/installation.ts'
import type { ErasedKind } from '../kinds/erasedKind.ts'
import type { State } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import { Fingerprinter } from '../values/fingerprint.ts'
import type { Json, JsonPointer } from '../values/json.ts'
import { readRsaKey } from '../values/rsaKey.ts'
import type { View } from '../world/ports.ts'

/** How values are fingerprinted where the file's references are not opened. */
export type ClusterKey = {
  readonly fingerprint: Fingerprinter
  /** Fields known to have changed, whatever their fingerprints show: the encryption key itself. */
  readonly knownChanged: ReadonlyMap<Address, ReadonlySet<JsonPointer>>
}

/**
 * Fingerprints with the cluster's own copy of the encryption key, if the state was written with it. Otherwise resources are
 * compared by their version only, and the change of the key itself is known. `seed`: random text.
 */
export async function clusterKey(
  kinds: readonly ErasedKind[],
  view: View,
  installation: Installation,
  state: State,
  seed: string,
): Promise<ClusterKey> {
  const kind = kinds.find(({ traits }) => traits.encryptionKey !== undefined)
  const role = kind?.traits.encryptionKey
  const live = await role?.read(view, installation)
  const key = live && readRsaKey(live)
  const fingerprint = typeof key === 'object' ? Fingerprinter.fromPrivateKey(key.pem) : Fingerprinter.incomparable(seed)
  const recorded = Object.entries(state.resources).filter(([address]) => kindOf(address as Address) === kind?.name)
  const recordedId = recorded.map(([, { facts }]) => role?.keyIdOf(facts as Json)).find((id) => id !== undefined)
  const place = role?.locate(installation)
  const isOther = place !== undefined && live !== undefined && recordedId !== undefined && recordedId !== fingerprint.keyId
  return { fingerprint, knownChanged: new Map(isOther ? [[place.address, new Set([place.pointer])]] : []) }
}
