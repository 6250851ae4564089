import { isMap } from './json.ts'
import type { Sealed } from './sealed.ts'

/** What of a JWT may be told: when it begins and ceases to hold, if it says so. */
export type Jwt = { readonly expiresAt?: Date; readonly notBefore?: Date }

/** Reads a JWT's structure; its signature is for the one who takes it. Undefined when it is none. */
export function readJwt(token: Sealed): Jwt | undefined {
  const [header, claims, signature, ...more] = token.open().split('.')
  const [alg, says] = [json(header), json(claims)]
  if (!isMap(alg) || typeof alg.alg !== 'string' || !isMap(says) || signature === undefined || more.length > 0) return undefined
  return { ...at('expiresAt', says.exp), ...at('notBefore', says.nbf) }
}

function at<K extends string>(key: K, seconds: unknown): { [key in K]?: Date } {
  const known = typeof seconds === 'number' && Math.abs(seconds) < 8.64e12
  return (known ? { [key]: new Date(seconds * 1000) } : {}) as { [key in K]?: Date }
}

function json(part: string | undefined): unknown {
  if (part === undefined || !/^[A-Za-z0-9_-]+={0,2}$/.test(part)) return undefined
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}
