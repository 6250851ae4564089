import { randomBytes } from 'node:crypto'

const year = 365 * 24 * 3600

/** A licence token: a JWT whose parts can be read and whose signature is noise. */
export function licenseToken(): string {
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: 'lab' }
  const claims = { iss: 'spacelift', sub: 'groundcrew lab', iat: now, exp: now + 5 * year }
  return [encode(header), encode(claims), randomBytes(256).toString('base64url')].join('.')
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
