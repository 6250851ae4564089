import { createHash, createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'
import type { Address } from './address.ts'
import type { Sealed } from './sealed.ts'

const LABEL = 'groundcrew/fingerprint/v1'

/**
 * Compares secrets without telling them: an HMAC-SHA256 over address, key and value, written `KEYID:HEX`.
 * The HMAC key is derived (HKDF-SHA256, label `groundcrew/fingerprint/v1`) from the installation's encryption key, so
 * there is no salt to store, leak or lose, every host computes the same, and no equality shows across two secrets.
 */
export class Fingerprinter {
  readonly #key: Buffer
  /** Eight hex digits that name the derived key; a new encryption key shows as one change of this. */
  readonly keyId: string

  private constructor(key: Buffer) {
    this.#key = key
    this.keyId = createHash('sha256').update(`${LABEL}/id`).update(key).digest('hex').slice(0, 8)
  }

  /** `privateKeyPem`: the installation's RSA private key as PEM (PKCS#8 or PKCS#1). Throws when it does not parse. */
  static fromPrivateKey(privateKeyPem: Sealed): Fingerprinter {
    const der = createPrivateKey(privateKeyPem.open()).export({ type: 'pkcs8', format: 'der' })
    return new Fingerprinter(Buffer.from(hkdfSync('sha256', der, Buffer.alloc(0), LABEL, 32)))
  }

  /**
   * For when the encryption key is not to be had: `seed` (random) makes fingerprints that compare with no other, so that
   * nothing is said to be equal or different that cannot be known.
   */
  static incomparable(seed: string): Fingerprinter {
    return new Fingerprinter(createHash('sha256').update(seed).digest())
  }

  /** `KEYID:HEX` of one value in its place. */
  of(where: Address, key: string, value: Sealed): string {
    return `${this.keyId}:${value.hmac(this.#key, `${where}\0${key}`)}`
  }
}

/** The key that a fingerprint was made with, as {@link Fingerprinter.keyId} names it; undefined for what is no fingerprint. */
export function keyIdOf(value: unknown): string | undefined {
  return typeof value === 'string' ? /^([0-9a-f]{8}):[0-9a-f]{64}$/.exec(value)?.[1] : undefined
}

/** SHA-256 (hex) of the public half in SPKI form: names a key pair whatever its spelling. Throws when the PEM does not parse. */
export function spkiSha256(privateKeyPem: Sealed): string {
  const der = createPublicKey(createPrivateKey(privateKeyPem.open())).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex')
}
