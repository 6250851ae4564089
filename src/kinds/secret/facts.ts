import type { Address } from '../../values/address.ts'
import type { Fingerprint, Fingerprinter } from '../../values/fingerprint.ts'
import { isMap, type Json } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { Sealed } from '../../values/sealed.ts'
import { unreadableRecord } from '../../values/stateProblems.ts'
import type { LiveSecret } from '../../world/ports/cluster.ts'
import type { Change, Observation, Recorded } from '../kind.ts'
import type { Bookkeeping } from './readers.ts'

export type SecretFacts = {
  readonly type: string
  readonly immutable: boolean
  readonly keys: { readonly [key: string]: Fingerprint }
  /** The annotations that hold the values in clear text. */
  readonly annotations: { readonly [name: string]: string }
}
export type Material = { readonly namespace: string; readonly name: string; readonly values: ReadonlyMap<string, Sealed> }
/** The live secret, and what the state remembers of it. */
export type Evidence = { readonly live: LiveSecret; readonly recorded: Recorded<SecretFacts> | undefined }
export type SecretObservation = Observation<SecretFacts, Evidence>
export type Basis = { readonly encryptionKeyDiffers: boolean; readonly bookkeeping: Bookkeeping | undefined }
export type SecretChange = Change<SecretFacts, Material, Evidence, Basis>

/** The type of every secret that groundcrew writes. */
export const TYPE = 'Opaque'
/** `kubectl apply` keeps a copy of what it applied in this annotation: of a secret, its values in clear text. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** Throws a ProblemError for anything but facts as a state stores them. */
export function readFacts(stored: Json): SecretFacts {
  if (isMap(stored) && typeof stored.type === 'string' && isMap(stored.keys)) return stored as SecretFacts
  throw new ProblemError(unreadableRecord('secret'))
}

/** A live secret as facts. */
export function factsOf(address: Address, live: LiveSecret, fingerprint: Fingerprinter): SecretFacts {
  return {
    type: live.type,
    immutable: live.immutable,
    keys: fingerprints(address, live.data, fingerprint),
    annotations: live.annotations.includes(LAST_APPLIED) ? { [LAST_APPLIED]: 'holds the values in clear' } : {},
  }
}

export function fingerprints(address: Address, values: ReadonlyMap<string, Sealed>, fingerprint: Fingerprinter): SecretFacts['keys'] {
  return Object.fromEntries([...values].map(([key, value]) => [key, fingerprint.of(address, key, value)]))
}

export function placeOf(address: Address): { readonly namespace: string; readonly name: string } {
  const [, namespace = '', name = ''] = address.split('/')
  return { namespace, name }
}
