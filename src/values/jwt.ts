import { isMap } from './json.ts'
import type { Sealed } from './sealed.ts'

/** The parts of a JWT that are not secret: its validity period, where it has one. */
export type Jwt = { readonly expiresAt?: Date; readonly notBefore?: Date }

/** Reads a JWT's structure; verifying its signature is up to Spacelift. Undefined when the text is not a JWT. */
export function readJwt(token: Sealed): Jwt | undefined {
  const [header, claims, signature, ...more] = token.open().split('.')
  const [parsedHeader, parsedClaims] = [parsePart(header), parsePart(claims)]
  if (!isMap(parsedHeader) || typeof parsedHeader.alg !== 'string' || !isMap(parsedClaims)) return undefined
  if (signature === undefined || more.length > 0) return undefined
  return { ...dateField('expiresAt', parsedClaims.exp), ...dateField('notBefore', parsedClaims.nbf) }
}

function dateField<K extends string>(key: K, seconds: unknown): { [key in K]?: Date } {
  const isDate = typeof seconds === 'number' && Math.abs(seconds) < 8.64e12
  return (isDate ? { [key]: new Date(seconds * 1000) } : {}) as { [key in K]?: Date }
}

function parsePart(part: string | undefined): unknown {
  if (part === undefined || !/^[A-Za-z0-9_-]+={0,2}$/.test(part)) return undefined
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
