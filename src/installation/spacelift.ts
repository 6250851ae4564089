import { type JsonPointer, pointer } from '../values/json.ts'
import { SECRET_VARIABLES } from './environmentVariables.ts'
import type { Bucket, Reader } from './installation.ts'

export { type GuideValue, guideVariables } from './environmentVariables.ts'

/** One of the buckets that the install guide creates, with the guide's settings. */
export type GuideBucket = {
  /** The key under `objectStorage.buckets`. */
  readonly role: string
  readonly name: string
  readonly versioning: 'enabled' | 'off'
  readonly expireAfterDays?: number
  /** `OBJECT_STORAGE_BUCKET_<suffix>` passes its name to Spacelift; the binaries bucket has no variable. */
  readonly variable?: string
  /** The secret that contains the variable. */
  readonly secret?: Reader
  /** Its content cannot be recreated (the vendor's disaster-recovery page). */
  readonly irreplaceable: boolean
}

/** The guide's eleven buckets. The vendor's reference page has other expiries for some; the guide's are the defaults. */
export const BUCKETS: readonly GuideBucket[] = [
  { role: 'binaries', name: 'spacelift-binaries', versioning: 'enabled', irreplaceable: false },
  bucket('deliveries', 'DELIVERIES', { versioning: 'off', expireAfterDays: 1 }),
  bucket('large-queue-messages', 'LARGE_QUEUE_MESSAGES', { versioning: 'off', expireAfterDays: 2 }),
  bucket('metadata', 'METADATA', { versioning: 'off', expireAfterDays: 2, secret: 'drain' }),
  bucket('modules', 'MODULES', { irreplaceable: true }),
  bucket('policy-inputs', 'POLICY_INPUTS', { expireAfterDays: 120, irreplaceable: true }),
  bucket('run-logs', 'RUN_LOGS', { expireAfterDays: 60, irreplaceable: true }),
  bucket('states', 'STATES', { irreplaceable: true }),
  bucket('uploads', 'UPLOADS', { expireAfterDays: 1, secret: 'server' }),
  bucket('user-uploaded-workspaces', 'USER_UPLOADED_WORKSPACES', { expireAfterDays: 1 }),
  bucket('workspaces', 'WORKSPACE', { expireAfterDays: 90 }),
]

/** The three secrets of the guide, in the installation's namespace, type Opaque. */
export const READERS: readonly Reader[] = ['shared', 'server', 'drain']
export const SECRET_NAMES: { readonly [R in Reader]: string } = {
  shared: 'spacelift-shared',
  server: 'spacelift-server',
  drain: 'spacelift-drain',
}

/** The variable of the shared secret that contains the key that encrypts the database's content. */
export const ENCRYPTION_KEY = 'ENCRYPTION_RSA_PRIVATE_KEY'

/** A Deployment of the chart: the key of its part of the chart's values, its name, and the secrets it reads through envFrom. */
export type Workload = {
  readonly valuesKey: string
  readonly deployment: string
  readonly secrets: readonly Reader[]
  /** Rendered by default. */
  readonly byDefault: boolean
}

/** All of them run `shared.image`. */
export const WORKLOADS: readonly Workload[] = [
  { valuesKey: 'server', deployment: 'spacelift-server', secrets: ['shared', 'server'], byDefault: true },
  { valuesKey: 'drain', deployment: 'spacelift-drain', secrets: ['shared', 'drain'], byDefault: true },
  { valuesKey: 'scheduler', deployment: 'spacelift-scheduler', secrets: ['shared'], byDefault: true },
  { valuesKey: 'vcsGateway', deployment: 'spacelift-vcs-gateway', secrets: ['shared'], byDefault: false },
]

/** The names of the two images in the release archive; both are tagged with the version. */
export const ARCHIVED_IMAGES = { backend: 'spacelift-backend', launcher: 'spacelift-launcher' } as const

export const DEFAULTS = {
  namespace: 'spacelift',
  releaseName: 'spacelift',
  chart: { repo: 'https://downloads.spacelift.io/helm', name: 'spacelift-self-hosted' },
  timeoutSeconds: 20 * 60,
  platform: 'linux/amd64',
  region: 'us-east-1',
  lockNamespace: 'groundcrew',
  /** Of an extra bucket. */
  versioning: 'enabled',
  watch: { intervalSeconds: 60, policy: 'none' },
} as const

/** Chart values that groundcrew sets itself: `release.values` must not. */
export const CHART_VALUES_OWNED: readonly JsonPointer[] = [
  pointer('shared', 'image'),
  pointer('shared', 'serverHostname'),
  pointer('shared', 'secretRef'),
  pointer('server', 'secretRef'),
  pointer('drain', 'secretRef'),
]

/** Annotations with this prefix are groundcrew's. */
export const ANNOTATION_PREFIX = 'groundcrew.dev/'

/** The keys of one of the guide's secrets, in the guide's order. */
export function secretKeys(reader: Reader): readonly string[] {
  return SECRET_VARIABLES[reader].map(([name]) => name)
}

/** The path of a bucket's settings in the file: `objectStorage`, `buckets`, `run-logs`. */
export function bucketPath({ role, name }: Pick<Bucket, 'role' | 'name'>): readonly string[] {
  return ['objectStorage', ...(role === undefined ? ['extraBuckets', name] : ['buckets', role])]
}

function bucket(role: string, suffix: string, rest: Partial<GuideBucket>): GuideBucket {
  const variable = `OBJECT_STORAGE_BUCKET_${suffix}`
  return { role, name: `spacelift-${role}`, versioning: 'enabled', variable, secret: 'shared', irreplaceable: false, ...rest }
}
