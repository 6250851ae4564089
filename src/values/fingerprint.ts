import { createHash, createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'
import type { Address } from './address.ts'
import type { Sealed } from './sealed.ts'

declare const brand: unique symbol

/** A keyed digest of a secret, `KEYID:HEX`: eight hex digits that identify the key, then 64 of HMAC-SHA256. */
export type Fingerprint = string & { readonly [brand]: 'fingerprint' }

const FORMAT = /^([0-9a-f]{8}):[0-9a-f]{64}$/

const LABEL = 'groundcrew/fingerprint/v1'

/**
 * Compares secrets without revealing them: an HMAC-SHA256 over address, key and value, written `KEYID:HEX`.
 * The HMAC key is derived (HKDF-SHA256, label `groundcrew/fingerprint/v1`) from the installation's encryption key, so
 * there is no salt to store, leak or lose, every host computes the same fingerprint, and equal values in two places differ.
 */
export class Fingerprinter {
  readonly #key: Buffer
  /** Eight hex digits that identify the derived key; a new encryption key changes it. */
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
   * For use when the encryption key cannot be read: a random `seed` gives fingerprints that match no others, so that
   * nothing is reported as equal or different without proof.
   */
  static incomparable(seed: string): Fingerprinter {
    return new Fingerprinter(createHash('sha256').update(seed).digest())
  }

  /** The fingerprint of one value of a resource. */
  of(address: Address, key: string, value: Sealed): Fingerprint {
    return `${this.keyId}:${value.hmac(this.#key, `${address}\0${key}`)}` as Fingerprint
  }
}

/** The {@link Fingerprinter.keyId} of the key that a fingerprint was computed with; undefined for any other value. */
export function keyIdOf(value: unknown): string | undefined {
  return typeof value === 'string' ? FORMAT.exec(value)?.[1] : undefined
}

/** True for the text of a fingerprint. It is not secret, but has no meaning for a reader, so reports hide it. */
export function isFingerprint(value: unknown): value is Fingerprint {
  return keyIdOf(value) !== undefined
}

/** SHA-256 (hex) of the public key in SPKI form: identifies a key pair in any encoding. Throws when the PEM does not parse. */
export function spkiSha256(privateKeyPem: Sealed): string {
  const der = createPublicKey(createPrivateKey(privateKeyPem.open())).export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('hex')
}
