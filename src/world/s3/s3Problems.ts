import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { child, textOf, type Xml } from './xml.ts'

/** The permission that a request needs and its bucket, for the problem of a refusal. */
export type Operation = { readonly permission: string; readonly bucket?: string }

/** A response that is no success, reduced to what may be shown. */
export type ErrorResponse = {
  readonly status: number
  /** S3's error code; undefined when the server does not speak S3. */
  readonly code: string | undefined
  readonly message: string
  /** The region that the server expects, where it names it. */
  readonly region: string | undefined
  readonly contentType: string
  readonly location: string | undefined
  /** The server's clock, milliseconds after 1970. */
  readonly serverTime: number
}

/** Codes whose message is about groundcrew's request, and may be shown. */
const SHOWN_MESSAGES = new Set([
  'InvalidArgument',
  'InvalidBucketName',
  'InvalidBucketState',
  'InvalidRequest',
  'MalformedPolicy',
  'MalformedXML',
  'NotImplemented',
  'IllegalVersioningConfigurationException',
])

/** S3 returns errors as XML, MinIO's admin API as JSON; any other response does not come from S3. */
export function parseError(text: string, xml: Xml): Pick<ErrorResponse, 'code' | 'message' | 'region'> {
  const root = xml.read(text, 'Error')
  const json = root === undefined ? jsonMap(text) : undefined
  const field = (name: string) => {
    const value = child(root, name) === undefined ? json?.[name] : textOf(root, name)
    return typeof value === 'string' ? value : undefined
  }
  const code = field('Code')
  return {
    code: code !== undefined && /^[\w.]{1,100}$/.test(code) ? code : undefined,
    message: (field('Message') ?? '').replaceAll(/\s+/g, ' ').slice(0, 200),
    region: /^[\w-]{1,40}$/.exec(field('Region') ?? '')?.[0],
  }
}

/** The problem of a refused request. */
export function s3Problem(response: ErrorResponse, operation: Operation, origin: string, now: Date): Problem {
  const { status, code } = response
  if (code === 'AccessDenied') return missingPermissions([operation.permission], operation.bucket)
  if (code !== undefined && code in BY_CODE) return (BY_CODE[code] as ErrorTemplate)(response, origin, now)
  if (status === 503 || status === 429) return busy(response, origin)
  if (status >= 300 && status < 400) return redirect(response, origin)
  if (code === undefined) return notS3(response, origin)
  return otherError(response, operation, origin)
}

/** One problem for all permissions that are missing on a bucket. */
export function missingPermissions(permissions: readonly string[], bucket: string | undefined): Problem {
  const scope = bucket === undefined ? '' : ` on the bucket ${bucket}`
  const resource = bucket === undefined ? '' : `, resource arn:aws:s3:::${bucket},`
  return {
    code: 'minio/missing-right',
    summary: `MinIO does not allow ${permissions.join(', ')}${scope} to the user of objectStorage.admin.`,
    remedy: `Allow ${permissions.join(', ')}${resource} in a policy and attach it to that user: mc admin policy create, mc admin policy attach.`,
  }
}

/** A truncated or foreign response never proves absence. */
export function unparsable(document: string, origin: string): Problem {
  return {
    code: 'minio/not-understood',
    summary: `MinIO returned a ${document} that groundcrew cannot parse (${origin}).`,
    remedy: 'Check that objectStorage.endpoint is MinIO’s S3 address (not its console), and check the proxies in front of it.',
  }
}

type ErrorTemplate = (response: ErrorResponse, origin: string, now: Date) => Problem

const BY_CODE: { readonly [code: string]: ErrorTemplate } = {
  InvalidAccessKeyId: (_, origin) => ({
    code: 'minio/wrong-access-key',
    summary: `MinIO does not know the access key (${origin}).`,
    remedy: 'Check objectStorage.admin.accessKey, and that the user is enabled: mc admin user list ALIAS',
  }),
  SignatureDoesNotMatch: (_, origin) => ({
    code: 'minio/wrong-secret-key',
    summary: `MinIO rejected the secret key (${origin}).`,
    detail: 'A proxy that changes the Host header or the path has the same effect.',
    remedy: 'Check that objectStorage.admin.secretKey belongs to this access key, and that its source contains nothing else.',
  }),
  RequestTimeTooSkewed: ({ serverTime }, origin, now) => ({
    code: 'minio/clock-skew',
    summary: `The clocks of this machine and of MinIO differ by more than 15 minutes (${origin}).`,
    ...(Number.isFinite(serverTime) && { detail: `They differ by ${Math.round(Math.abs(serverTime - now.getTime()) / 60_000)} minutes.` }),
    remedy: 'Correct the wrong clock, and enable NTP on both: timedatectl set-ntp true',
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
  BucketAlreadyOwnedByYou: bucketExists,
  BucketAlreadyExists: bucketExists,
  BucketNotEmpty: (_, origin) => ({
    code: 'minio/bucket-not-empty',
    summary: `MinIO does not remove a bucket that is not empty (${origin}).`,
    remedy:
      'groundcrew deletes no data. If the data is no longer needed, delete it yourself: mc rm --recursive --force --versions ALIAS/BUCKET',
  }),
}

function busy({ status, code }: ErrorResponse, origin: string): Problem {
  return {
    code: 'minio/busy',
    summary: `MinIO is starting or overloaded (${origin}, HTTP ${status}${code === undefined ? '' : ` ${code}`}).`,
    remedy: 'Try again in a minute; if it happens again, check its health: mc admin info ALIAS',
  }
}

function bucketExists(_: ErrorResponse, origin: string): Problem {
  return {
    code: 'minio/bucket-exists',
    summary: `The bucket to be created exists already (${origin}).`,
    remedy: 'Another client created it meanwhile: run groundcrew plan again and check this bucket.',
  }
}

function redirect({ status, location }: ErrorResponse, origin: string): Problem {
  const target = location === undefined || !URL.canParse(location, origin) ? '' : ` to ${new URL(location, origin).origin}`
  return {
    code: 'minio/redirected',
    summary: `${origin} redirects${target} (HTTP ${status}); groundcrew does not follow redirects.`,
    remedy: 'Set objectStorage.endpoint to MinIO’s S3 address itself (not its console, and https where MinIO uses TLS).',
  }
}

function notS3({ status, contentType }: ErrorResponse, origin: string): Problem {
  const type = /^[\w/+.-]{1,60}/.exec(contentType)?.[0] ?? 'no content type'
  return {
    code: 'minio/not-s3',
    summary: `${origin} is not MinIO’s S3 API (HTTP ${status}, ${type}).`,
    remedy: 'Check that objectStorage.endpoint is MinIO’s S3 address (not its console), and check the proxies in front of it.',
  }
}

function otherError({ status, code, message }: ErrorResponse, { permission, bucket }: Operation, origin: string): Problem {
  const action = bucket === undefined ? permission : `${permission} on the bucket ${bucket}`
  return {
    code: 'minio/refused',
    summary: `MinIO refused ${action}: ${code} (${origin}, HTTP ${status}).`,
    ...(code !== undefined && SHOWN_MESSAGES.has(code) && message !== '' && { detail: `MinIO reports: ${message}` }),
    remedy: 'Check MinIO’s log of the same time: mc admin logs ALIAS',
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
