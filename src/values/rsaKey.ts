import { createPrivateKey, type KeyObject } from 'node:crypto'
import { spkiSha256 } from './fingerprint.ts'
import { Sealed } from './sealed.ts'

export type RsaKey = {
  /** PEM; unchanged when the input was PEM already. */
  readonly pem: Sealed
  readonly bits: number
  /** SHA-256 (hex) of the public key in SPKI form. */
  readonly spkiSha256: string
}

export type RsaKeyError = 'not a key' | 'has a passphrase' | 'not RSA'

/** Reads an RSA private key given as PEM (PKCS#8 or PKCS#1) or as base64 of PEM, or returns why it is none. */
export function readRsaKey(text: Sealed): RsaKey | RsaKeyError {
  const pem = asPem(text.open())
  if (pem === undefined) return 'not a key'
  if (/ENCRYPTED/.test(pem)) return 'has a passphrase'
  const key = parse(pem)
  if (key === undefined) return 'not a key'
  if (key.asymmetricKeyType !== 'rsa') return 'not RSA'
  const sealed = Sealed.of(pem)
  return { pem: sealed, bits: key.asymmetricKeyDetails?.modulusLength ?? 0, spkiSha256: spkiSha256(sealed) }
}

function asPem(text: string): string | undefined {
  if (text.includes('-----BEGIN')) return text
  if (!/^[A-Za-z0-9+/=\s]+$/.test(text)) return undefined
  const decoded = Buffer.from(text, 'base64').toString('utf8')
  return decoded.includes('-----BEGIN') ? decoded : undefined
}

function parse(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}

/** The format of the guide's secret: base64 of the PEM, on one line. Any other text is returned unchanged. */
export function asBase64OfPem(text: Sealed): Sealed {
  const pem = asPem(text.open())
  return pem === undefined ? text : Sealed.of(Buffer.from(pem, 'utf8').toString('base64'))
}
