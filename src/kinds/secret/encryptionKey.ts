import { ENCRYPTION_KEY, SECRET_NAMES } from '../../installation/spacelift.ts'
import { type Address, address as addressOf } from '../../values/address.ts'
import { keyIdOf } from '../../values/fingerprint.ts'
import { isMap, pointer } from '../../values/json.ts'
import { readRsaKey } from '../../values/rsaKey.ts'
import { type Declared, type EncryptionKeyRole, type Impact, NO_IMPACT } from '../kind.ts'
import type { Material, SecretFacts, SecretObservation } from './facts.ts'

/** `keep`: facts of the live key that stay as they are. `differs`: the live key and the declared one are different keys. */
type ExistingKey = { readonly keep: SecretFacts['keys']; readonly differs: boolean }

/** Compares the live encryption key: the same key in another encoding stays, a different key is never replaced without consent. */
export function existingEncryptionKey(
  { material }: Declared<Material>,
  observed: SecretObservation,
  declaredKeys: SecretFacts['keys'],
): ExistingKey {
  const live = observed.is === 'present' ? observed.evidence.live.data.get(ENCRYPTION_KEY) : undefined
  const declared = material.values.get(ENCRYPTION_KEY)
  if (observed.is !== 'present' || live === undefined || declared === undefined || live.isEmpty()) return { keep: {}, differs: false }
  const liveFingerprint = observed.facts.keys[ENCRYPTION_KEY]
  if (liveFingerprint === undefined || liveFingerprint === declaredKeys[ENCRYPTION_KEY]) return { keep: {}, differs: false }
  const [liveKey, declaredKey] = [readRsaKey(live), readRsaKey(declared)]
  const isSame = typeof liveKey === 'object' && typeof declaredKey === 'object' && liveKey.spkiSha256 === declaredKey.spkiSha256
  return isSame ? { keep: { [ENCRYPTION_KEY]: liveFingerprint }, differs: false } : { keep: {}, differs: true }
}

/** What the replacement of the encryption key would lose. */
export function replacedKeyImpact(address: Address): Impact {
  const what = 'the data in the database is encrypted with the key in the cluster, and cannot be read without that key'
  const refusal = {
    code: 'secret/encryption-key-differs',
    summary: `The encryption key in ${address} is not the key that the file declares.`,
    detail: `Replacing it permanently loses data: ${what}.`,
    remedy:
      'Set encryption.rsaPrivateKey to the key in the cluster. Only if the data in the database may be lost: --replace-encryption-key.',
    consent: '--replace-encryption-key',
  }
  return { ...NO_IMPACT, dataAtRisk: [{ address, what }], refusals: [refusal] }
}

/** The encryption key is a value of the secret that all of Spacelift's workloads share. */
export const encryptionKey: EncryptionKeyRole = {
  locate: ({ kubernetes }) => ({
    address: addressOf('secret', kubernetes.namespace, SECRET_NAMES.shared),
    pointer: pointer('keys', ENCRYPTION_KEY),
  }),
  async read(view, { kubernetes }) {
    const read = await view.cluster.secret(kubernetes.namespace, SECRET_NAMES.shared)
    return read.is === 'present' ? read.value.data.get(ENCRYPTION_KEY) : undefined
  },
  keyIdOf(facts) {
    const keys = isMap(facts) && isMap(facts.keys) ? Object.values(facts.keys) : []
    return keys.map(keyIdOf).find((id) => id !== undefined)
  },
}
