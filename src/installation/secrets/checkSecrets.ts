import { type JsonPointer, segments } from '../../values/json.ts'
import { readJwt } from '../../values/jwt.ts'
import type { Problem } from '../../values/problem.ts'
import { type RsaKey, type RsaKeyError, readRsaKey } from '../../values/rsaKey.ts'
import type { Sealed } from '../../values/sealed.ts'
import { checkDatabaseUrl, type DatabaseUrlError, hasSurroundingWhitespace, holdsNul, lengthWithin } from '../../values/secretFormat.ts'
import type { Installation, SecretInput } from '../installation.ts'

type Secrets = ReadonlyMap<JsonPointer, Sealed>
type SecretError = { readonly at: JsonPointer; readonly code: string; readonly predicate: string; readonly remedy: string }

/** Errors for a new installation, warnings for an existing one, which must stay manageable. */
const NEW_INSTALL_ONLY: ReadonlySet<string> = new Set(['input/weak-encryption-key', 'input/license-expired', 'input/license-not-yet-valid'])

const ENCRYPTION_BITS = 4096

/**
 * Checks the format of the opened secrets without revealing them; secrets that were not opened are skipped. In the
 * returned secrets the encryption key is PEM. A caller that makes a new installation treats the warnings as errors.
 */
export function checkSecrets(
  installation: Installation,
  secrets: Secrets,
  now: Date,
): { readonly secrets: Secrets; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] } {
  const encryption = installation.encryption.rsaPrivateKey.at
  const key = secrets.has(encryption) ? readRsaKey(secrets.get(encryption) as Sealed) : undefined
  const allProblems = [
    ...checkKey(installation, key),
    ...checkEach(secrets, [installation.license.token], (token) => checkLicense(token, now)),
    ...checkEach(secrets, [installation.database.url], checkDatabase),
    ...checkMinio(installation, secrets),
    ...checkEach(secrets, credentialInputs(installation), checkWhitespace),
    ...[...secrets].flatMap(([at, value]) => (holdsNul(value) ? [{ at, ...NUL }] : [])),
  ].map((error) => toProblem(installation, error))
  return {
    secrets: typeof key === 'object' ? new Map([...secrets, [encryption, key.pem]]) : secrets,
    problems: allProblems.filter(({ code }) => !NEW_INSTALL_ONLY.has(code)),
    warnings: allProblems.filter(({ code }) => NEW_INSTALL_ONLY.has(code)),
  }
}

function toProblem(installation: Installation, { at, code, predicate, remedy }: SecretError): Problem {
  const position = installation.positions.get(at)
  return { code, summary: `${segments(at).join('.')} ${predicate}`, ...(position && { at: position }), remedy }
}

function checkEach(
  secrets: Secrets,
  inputs: readonly SecretInput[],
  check: (value: Sealed) => readonly Omit<SecretError, 'at'>[],
): SecretError[] {
  return inputs.flatMap(({ at }) => {
    const value = secrets.get(at)
    return value === undefined ? [] : check(value).map((error) => ({ at, ...error }))
  })
}

/** Readable by its owner only, and never overwrites an existing key, whose data no other key can decrypt. */
export const NEW_KEY = '(umask 077; set -o noclobber; openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 > encryption.pem)'

const KEY_ERRORS: { readonly [why in RsaKeyError]: Omit<SecretError, 'at' | 'code'> } = {
  'not a key': {
    predicate: 'is not a readable private key.',
    remedy: `It must be the PEM of an RSA private key, or base64 of that. For a new installation: ${NEW_KEY}`,
  },
  'has a passphrase': {
    predicate: 'has a passphrase, which Spacelift does not support.',
    remedy: 'Remove the passphrase: openssl pkey -in encryption.pem -out encryption-plain.pem',
  },
  'not RSA': { predicate: 'is not an RSA key.', remedy: `For a new installation: ${NEW_KEY}` },
}

function checkKey(installation: Installation, key: RsaKey | RsaKeyError | undefined): SecretError[] {
  const { rsaPrivateKey, publicKeySha256 } = installation.encryption
  const { at } = rsaPrivateKey
  if (key === undefined) return []
  if (typeof key === 'string') return [{ at, code: 'input/encryption-key', ...KEY_ERRORS[key] }]
  const errors: SecretError[] = []
  if (publicKeySha256 !== undefined && publicKeySha256 !== key.spkiSha256)
    errors.push({
      at: '/encryption/publicKeySha256',
      code: 'input/other-encryption-key',
      predicate: 'is not the hash of encryption.rsaPrivateKey.',
      remedy: `Use the key of this installation: no other key can decrypt its data. The hash of the given key is ${key.spkiSha256}.`,
    })
  if (key.bits !== ENCRYPTION_BITS)
    errors.push({
      at,
      code: 'input/weak-encryption-key',
      predicate: `has ${key.bits} bits; Spacelift requires ${ENCRYPTION_BITS}.`,
      remedy: `For a new installation: ${NEW_KEY}`,
    })
  return errors
}

function checkLicense(token: Sealed, now: Date): Omit<SecretError, 'at'>[] {
  const jwt = readJwt(token)
  const whole = 'Use the license token exactly as the vendor issued it: three parts separated by dots.'
  if (jwt === undefined) return [{ code: 'input/license', predicate: 'is not a JWT.', remedy: whole }]
  const { expiresAt, notBefore } = jwt
  if (expiresAt !== undefined && expiresAt <= now)
    return [
      { code: 'input/license-expired', predicate: `expired on ${day(expiresAt)}.`, remedy: 'Request a new license token from the vendor.' },
    ]
  if (notBefore === undefined || notBefore <= now) return []
  const remedy = "Check this machine's clock, or wait until then."
  return [{ code: 'input/license-not-yet-valid', predicate: `is not valid before ${day(notBefore)}.`, remedy }]
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10)
}

const URL_ERRORS: { readonly [why in DatabaseUrlError]: string } = {
  'not a URL': 'is not a valid URL.',
  'not PostgreSQL': 'does not start with postgres://.',
  'no host': 'has no host.',
  'no database': 'has no database.',
}

function checkDatabase(url: Sealed): Omit<SecretError, 'at'>[] {
  const why = checkDatabaseUrl(url)
  const remedy =
    'Write postgres://USER:PASSWORD@HOST/DATABASE?statement_cache_capacity=0, with / : @ ? # % in the password percent-encoded.'
  return why === undefined ? [] : [{ code: 'input/database-url', predicate: URL_ERRORS[why], remedy }]
}

/** MinIO's limits. The admin's secret key is MinIO's own setting and may be longer. */
function checkMinio({ objectStorage: { admin, application } }: Installation, secrets: Secrets): SecretError[] {
  const within = (min: number, max: number, predicate: string, remedy: string) => (value: Sealed) =>
    lengthWithin(value, min, max) ? [] : [{ code: 'input/minio-credential', predicate: predicate, remedy }]
  return [
    ...checkEach(
      secrets,
      [admin.accessKey, application.accessKey],
      within(3, 128, 'is not 3 to 128 characters long.', 'Check that it is the access key.'),
    ),
    ...checkEach(
      secrets,
      [admin.secretKey],
      within(8, Number.POSITIVE_INFINITY, 'is shorter than 8 characters.', 'Check that it is the secret key.'),
    ),
    ...checkEach(
      secrets,
      [application.secretKey],
      within(8, 40, 'is not 8 to 40 characters long.', 'Generate a valid one: openssl rand -hex 20'),
    ),
  ]
}

function credentialInputs({ objectStorage: { admin, application }, admin: { password }, database, license }: Installation): SecretInput[] {
  return [admin.accessKey, admin.secretKey, application.accessKey, application.secretKey, password, database.url, license.token]
}

function checkWhitespace(value: Sealed): Omit<SecretError, 'at'>[] {
  const predicate = 'starts or ends with whitespace.'
  return hasSurroundingWhitespace(value)
    ? [{ code: 'input/outer-blank', predicate: predicate, remedy: 'Remove it; one trailing newline of a file is ignored.' }]
    : []
}

const NUL = {
  code: 'input/not-text',
  predicate: 'contains a NUL character, which an environment variable cannot hold.',
  remedy: 'Check that it is text, not a binary file.',
}
