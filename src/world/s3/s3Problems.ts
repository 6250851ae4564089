import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { child, textOf, type Xml } from './xml.ts'

/** The right a request needs and what it is about: what a refusal is told by. */
export type Operation = { readonly right: string; readonly bucket?: string }

/** An answer that is no success, reduced to what may be told. */
export type Refused = {
  readonly status: number
  /** S3's own code; undefined when what answered does not speak S3. */
  readonly code: string | undefined
  readonly message: string
  /** The region the server wants, where it says so. */
  readonly region: string | undefined
  readonly contentType: string
  readonly location: string | undefined
  /** The server's clock, milliseconds after 1970. */
  readonly serverTime: number
}

/** Codes whose message is about what we sent, and so may be shown. */
const MESSAGE_IS_OURS = new Set([
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidBucketState',
  'InvalidRequest',
  'MalformedPolicy',
  'MalformedXML',
  'NotImplemented',
  'IllegalVersioningConfigurationException',
])

/** S3 answers with XML errors, MinIO's admin API with JSON ones; anything else is not S3's. */
export function errorOf(text: string, xml: Xml): Pick<Refused, 'code' | 'message' | 'region'> {
  const root = xml.read(text, 'Error')
  const json = root === undefined ? jsonMap(text) : undefined
  const word = (name: string) => {
    const value = child(root, name) === undefined ? json?.[name] : textOf(root, name)
    return typeof value === 'string' ? value : undefined
  }
  const code = word('Code')
  return {
    code: code !== undefined && /^[\w.]{1,100}$/.test(code) ? code : undefined,
    message: (word('Message') ?? '').replaceAll(/\s+/g, ' ').slice(0, 200),
    region: /^[\w-]{1,40}$/.exec(word('Region') ?? '')?.[0],
  }
}

/** What a refusal means and what to do about it. */
export function refusalProblem(refused: Refused, asked: Operation, origin: string, now: Date): Problem {
  const { status, code } = refused
  if (code === 'AccessDenied') return missingRights([asked.right], asked.bucket)
  if (code !== undefined && code in BY_CODE) return (BY_CODE[code] as ErrorTemplate)(refused, origin, now)
  if (status === 503 || status === 429) return busy(refused, origin)
  if (status >= 300 && status < 400) return redirect(refused, origin)
  if (code === undefined) return notS3(refused, origin)
  return other(refused, asked, origin)
}

/** One problem for all the rights that are missing on a bucket. */
export function missingRights(rights: readonly string[], bucket: string | undefined): Problem {
  const where = bucket === undefined ? '' : ` on the bucket ${bucket}`
  const resource = bucket === undefined ? '' : `, resource arn:aws:s3:::${bucket},`
  return {
    code: 'minio/missing-right',
    summary: `MinIO does not allow ${rights.join(', ')}${where} to the user of objectStorage.admin.`,
    remedy: `Allow ${rights.join(', ')}${resource} in a policy and give it to that user: mc admin policy create, mc admin policy attach.`,
  }
}

/** Half an answer, or one of something else, never counts as "there is none". */
export function notUnderstood(what: string, origin: string): Problem {
  return {
    code: 'minio/not-understood',
    summary: `MinIO answered with a ${what} that groundcrew does not understand (${origin}).`,
    remedy: 'Look whether objectStorage.endpoint is MinIO’s S3 address (not its console), and what stands between.',
  }
}

type ErrorTemplate = (refused: Refused, origin: string, now: Date) => Problem

const BY_CODE: { readonly [code: string]: ErrorTemplate } = {
  InvalidAccessKeyId: (_, origin) => ({
    code: 'minio/wrong-access-key',
    summary: `MinIO does not know the access key (${origin}).`,
    remedy: 'Look at objectStorage.admin.accessKey, and whether the user is enabled: mc admin user list ALIAS.',
  }),
  SignatureDoesNotMatch: (_, origin) => ({
    code: 'minio/wrong-secret-key',
    summary: `MinIO refuses the secret key (${origin}).`,
    detail: 'A proxy that changes the Host header or the path looks the same to MinIO.',
    remedy: 'Look at objectStorage.admin.secretKey: does it belong to this access key, and is there nothing around it?',
  }),
  RequestTimeTooSkewed: ({ serverTime }, origin, now) => ({
    code: 'minio/clock-skew',
    summary: `This machine’s clock and MinIO’s differ too much (${origin}).`,
    ...(Number.isFinite(serverTime) && { detail: `They differ by ${Math.round(Math.abs(serverTime - now.getTime()) / 60_000)} minutes.` }),
    remedy: 'Set the clock that is wrong; 15 minutes are allowed. Is NTP running on both?',
  }),
  AuthorizationHeaderMalformed: ({ region }, origin) => ({
    code: 'minio/wrong-region',
    summary: `MinIO is in another region${region === undefined ? '' : `, ${region}`} (${origin}).`,
    remedy: `Set objectStorage.region to ${region ?? 'the region MinIO is configured with'}.`,
  }),
  SlowDown: busy,
  SlowDownRead: busy,
  SlowDownWrite: busy,
  XMinioServerNotInitialized: busy,
  BucketAlreadyOwnedByYou: exists,
  BucketAlreadyExists: exists,
  BucketNotEmpty: (_, origin) => ({
    code: 'minio/bucket-not-empty',
    summary: `MinIO does not remove a bucket that is not empty (${origin}).`,
    remedy: 'groundcrew removes no data: empty the bucket yourself if its data is to go.',
  }),
}

function busy({ status, code }: Refused, origin: string): Problem {
  return {
    code: 'minio/busy',
    summary: `MinIO is starting or has too much to do (${origin}, HTTP ${status}${code === undefined ? '' : ` ${code}`}).`,
    remedy: 'Try again in a minute; if it stays: mc admin info ALIAS.',
  }
}

function exists(_: Refused, origin: string): Problem {
  return {
    code: 'minio/bucket-exists',
    summary: `The bucket to be made is there already (${origin}).`,
    remedy: 'Somebody made it meanwhile: run groundcrew plan again and look at what it says about this bucket.',
  }
}

function redirect({ status, location }: Refused, origin: string): Problem {
  const target = location === undefined || !URL.canParse(location, origin) ? '' : ` to ${new URL(location, origin).origin}`
  return {
    code: 'minio/redirected',
    summary: `${origin} redirects${target} (HTTP ${status}); groundcrew does not follow.`,
    remedy: 'Set objectStorage.endpoint to MinIO’s S3 address itself (not its console, not http for https).',
  }
}

function notS3({ status, contentType }: Refused, origin: string): Problem {
  const type = /^[\w/+.-]{1,60}/.exec(contentType)?.[0] ?? 'nothing'
  return {
    code: 'minio/not-s3',
    summary: `Something other than MinIO answers at ${origin} (HTTP ${status}, ${type}).`,
    remedy: 'Look whether objectStorage.endpoint is MinIO’s S3 address (not its console), and at proxies between.',
  }
}

function other({ status, code, message }: Refused, { right, bucket }: Operation, origin: string): Problem {
  const about = bucket === undefined ? right : `${right} on the bucket ${bucket}`
  return {
    code: 'minio/refused',
    summary: `MinIO refused ${about}: ${code} (${origin}, HTTP ${status}).`,
    ...(code !== undefined && MESSAGE_IS_OURS.has(code) && message !== '' && { detail: `MinIO says: ${message}` }),
    remedy: 'Look at MinIO’s log for the same moment: mc admin logs ALIAS.',
  }
}

function jsonMap(text: string): { readonly [name: string]: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}
