import { type JsonPointer, segments } from '../../values/json.ts'
import { readJwt } from '../../values/jwt.ts'
import type { Problem } from '../../values/problem.ts'
import { type RsaKey, type RsaKeyError, readRsaKey } from '../../values/rsaKey.ts'
import type { Sealed } from '../../values/sealed.ts'
import { checkDatabaseUrl, type DatabaseUrlError, hasSurroundingWhitespace, holdsNul, lengthWithin } from '../../values/secretFormat.ts'
import type { Installation, SecretInput } from '../installation.ts'

type Secrets = ReadonlyMap<JsonPointer, Sealed>
type Found = { readonly at: JsonPointer; readonly code: string; readonly predicate: string; readonly remedy: string }

/** Refused for a new installation, warned of for one that runs already: that one must stay manageable. */
const NEW_INSTALL_ONLY: ReadonlySet<string> = new Set(['input/weak-encryption-key', 'input/license-expired', 'input/license-not-yet-valid'])

const ENCRYPTION_BITS = 4096

/**
 * Looks at the form of opened secrets without telling them; what was not opened is left out. In the secrets that come back
 * the encryption key is PEM. A caller that installs anew refuses the warnings too.
 */
export function checkSecrets(
  it: Installation,
  secrets: Secrets,
  now: Date,
): { readonly secrets: Secrets; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const encryption = it.encryption.rsaPrivateKey.at
  const key = secrets.has(encryption) ? readRsaKey(secrets.get(encryption) as Sealed) : undefined
  const told = [
    ...checkKey(it, key),
    ...each(secrets, [it.license.token], (token) => checkLicense(token, now)),
    ...each(secrets, [it.database.url], checkDatabase),
    ...checkMinio(it, secrets),
    ...each(secrets, untrimmed(it), checkBlanks),
    ...[...secrets].flatMap(([at, value]) => (holdsNul(value) ? [{ at, ...NUL }] : [])),
  ].map((found) => tell(it, found))
  return {
    secrets: typeof key === 'object' ? new Map([...secrets, [encryption, key.pem]]) : secrets,
    problems: told.filter(({ code }) => !NEW_INSTALL_ONLY.has(code)),
    warnings: told.filter(({ code }) => NEW_INSTALL_ONLY.has(code)),
  }
}

function tell(it: Installation, { at, code, predicate: what, remedy }: Found): Problem {
  const position = it.positions.get(at)
  return { code, summary: `${segments(at).join('.')} ${what}`, ...(position && { at: position }), remedy }
}

function each(secrets: Secrets, inputs: readonly SecretInput[], check: (value: Sealed) => readonly Omit<Found, 'at'>[]): Found[] {
  return inputs.flatMap(({ at }) => {
    const value = secrets.get(at)
    return value === undefined ? [] : check(value).map((found) => ({ at, ...found }))
  })
}

/** For nobody's eyes but the owner's, and never over a key that is there: what that one encrypted no other can read. */
export const NEW_KEY = '(umask 077; set -o noclobber; openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 > encryption.pem)'

const NO_KEY: { readonly [why in RsaKeyError]: Omit<Found, 'at' | 'code'> } = {
  'not a key': {
    predicate: 'is no private key that can be read.',
    remedy: `It must be the PEM of an RSA private key, or base64 of that. For a new installation: ${NEW_KEY}`,
  },
  'has a passphrase': {
    predicate: 'has a passphrase, which Spacelift cannot give.',
    remedy: 'Write it out without one: openssl pkey -in encryption.pem -out encryption-plain.pem',
  },
  'not RSA': { predicate: 'is no RSA key.', remedy: `For a new installation: ${NEW_KEY}` },
}

function checkKey(it: Installation, key: RsaKey | RsaKeyError | undefined): Found[] {
  const { rsaPrivateKey, publicKeySha256 } = it.encryption
  const { at } = rsaPrivateKey
  if (key === undefined) return []
  if (typeof key === 'string') return [{ at, code: 'input/encryption-key', ...NO_KEY[key] }]
  const found: Found[] = []
  if (publicKeySha256 !== undefined && publicKeySha256 !== key.spkiSha256)
    found.push({
      at: '/encryption/publicKeySha256',
      code: 'input/other-encryption-key',
      predicate: 'is not the hash of the encryption key that was given.',
      remedy: `Find the key of this installation: what it encrypted no other can read. The one given has ${key.spkiSha256}.`,
    })
  if (key.bits !== ENCRYPTION_BITS)
    found.push({
      at,
      code: 'input/weak-encryption-key',
      predicate: `has ${key.bits} bits; Spacelift asks for ${ENCRYPTION_BITS}.`,
      remedy: `For a new installation: ${NEW_KEY}`,
    })
  return found
}

function checkLicense(token: Sealed, now: Date): Omit<Found, 'at'>[] {
  const jwt = readJwt(token)
  const whole = 'Take the licence token as the vendor gave it: three parts with dots between them.'
  if (jwt === undefined) return [{ code: 'input/license', predicate: 'is no JWT.', remedy: whole }]
  const { expiresAt, notBefore } = jwt
  if (expiresAt !== undefined && expiresAt <= now)
    return [
      { code: 'input/license-expired', predicate: `expired on ${day(expiresAt)}.`, remedy: 'Ask the vendor for a new licence token.' },
    ]
  if (notBefore === undefined || notBefore <= now) return []
  const remedy = 'Check the clock of this machine, or wait.'
  return [{ code: 'input/license-not-yet-valid', predicate: `holds only from ${day(notBefore)}.`, remedy }]
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

const NO_URL: { readonly [why in DatabaseUrlError]: string } = {
  'not a URL': 'is no URL that can be read.',
  'not PostgreSQL': 'does not begin with postgres://.',
  'no host': 'names no host.',
  'no database': 'names no database.',
}

function checkDatabase(url: Sealed): Omit<Found, 'at'>[] {
  const why = checkDatabaseUrl(url)
  const remedy =
    'Write postgres://USER:PASSWORD@HOST/DATABASE?statement_cache_capacity=0, with / : @ ? # % in the password percent-encoded.'
  return why === undefined ? [] : [{ code: 'input/database-url', predicate: NO_URL[why], remedy }]
}

/** MinIO refuses others. The admin's secret key is MinIO's own setting and may be longer. */
function checkMinio({ objectStorage: { admin, application } }: Installation, secrets: Secrets): Found[] {
  const within = (least: number, most: number, what: string, remedy: string) => (value: Sealed) =>
    lengthWithin(value, least, most) ? [] : [{ code: 'input/minio-credential', predicate: what, remedy }]
  return [
    ...each(
      secrets,
      [admin.accessKey, application.accessKey],
      within(3, 128, 'is not 3 to 128 characters long.', 'Check that it is the access key.'),
    ),
    ...each(
      secrets,
      [admin.secretKey],
      within(8, Number.POSITIVE_INFINITY, 'is shorter than 8 characters.', 'Check that it is the secret key.'),
    ),
    ...each(
      secrets,
      [application.secretKey],
      within(8, 40, 'is not 8 to 40 characters long.', 'Make one that MinIO takes: openssl rand -hex 20'),
    ),
  ]
}

function untrimmed({ objectStorage: { admin, application }, admin: { password }, database, license }: Installation): SecretInput[] {
  return [admin.accessKey, admin.secretKey, application.accessKey, application.secretKey, password, database.url, license.token]
}

function checkBlanks(value: Sealed): Omit<Found, 'at'>[] {
  const what = 'begins or ends with a blank or a line end.'
  return hasSurroundingWhitespace(value)
    ? [{ code: 'input/outer-blank', predicate: what, remedy: 'Remove it; of a file, one newline at the end does not count.' }]
    : []
}

const NUL = {
  code: 'input/not-text',
  predicate: 'holds a NUL character, which no variable can.',
  remedy: 'Check that it is text, not a binary file.',
}
