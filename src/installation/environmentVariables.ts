import { type JsonPointer, pointer } from '../values/json.ts'
import type { Installation, PlainOrSecret, Reader, Repository, SecretInput } from './installation.ts'

/**
 * A variable's value: text with the pointer in the file it is derived from (none: the guide's own constant), or a secret.
 * An `rsaPrivateKey` is written to the Kubernetes secret as base64 of its PEM.
 */
export type GuideValue =
  | { readonly plain: string; readonly from?: JsonPointer }
  | { readonly secret: SecretInput; readonly form?: 'rsaPrivateKey' }

type Variable = readonly [name: string, value: (installation: Installation) => GuideValue]

/** Every key of the guide's three secrets. All values are strings: the API server rejects a boolean in stringData. */
export const SECRET_VARIABLES: { readonly [R in Reader]: readonly Variable[] } = {
  shared: [
    ['SERVER_DOMAIN', (installation) => ({ plain: installation.serverDomain, from: '/serverDomain' })],
    constant('MQTT_BROKER_TYPE', 'builtin'),
    [
      'MQTT_BROKER_ENDPOINT',
      (installation) =>
        derived(`tls://spacelift-mqtt.${installation.kubernetes.namespace}.svc.cluster.local:1984`, 'kubernetes', 'namespace'),
    ],
    constant('ENCRYPTION_TYPE', 'rsa'),
    ['ENCRYPTION_RSA_PRIVATE_KEY', (installation) => ({ secret: installation.encryption.rsaPrivateKey, form: 'rsaPrivateKey' })],
    constant('MESSAGE_QUEUE_TYPE', 'postgres'),
    constant('OBJECT_STORAGE_TYPE', 'minio'),
    [
      'OBJECT_STORAGE_MINIO_ENDPOINT',
      (installation) => derived(installation.objectStorage.inCluster.endpoint, 'objectStorage', 'inCluster', 'endpoint'),
    ],
    [
      'OBJECT_STORAGE_MINIO_USE_SSL',
      (installation) => derived(`${installation.objectStorage.inCluster.tls}`, 'objectStorage', 'inCluster', 'tls'),
    ],
    [
      'OBJECT_STORAGE_MINIO_ALLOW_INSECURE',
      (installation) => derived(`${installation.objectStorage.inCluster.allowInsecure}`, 'objectStorage', 'inCluster', 'allowInsecure'),
    ],
    ['OBJECT_STORAGE_MINIO_ACCESS_KEY_ID', (installation) => ({ secret: installation.objectStorage.application.accessKey })],
    ['OBJECT_STORAGE_MINIO_SECRET_ACCESS_KEY', (installation) => ({ secret: installation.objectStorage.application.secretKey })],
    bucketName('DELIVERIES', 'deliveries'),
    bucketName('LARGE_QUEUE_MESSAGES', 'large-queue-messages'),
    bucketName('MODULES', 'modules'),
    bucketName('POLICY_INPUTS', 'policy-inputs'),
    bucketName('RUN_LOGS', 'run-logs'),
    bucketName('STATES', 'states'),
    bucketName('USER_UPLOADED_WORKSPACES', 'user-uploaded-workspaces'),
    bucketName('WORKSPACE', 'workspaces'),
    constant('OBJECT_STORAGE_BUCKET_USAGE_ANALYTICS', ''),
    ['OBJECT_STORAGE_BUCKET_UPLOADS_URL', (installation) => derived(installation.objectStorage.uploadsUrl, 'objectStorage', 'uploadsUrl')],
    ['DATABASE_URL', (installation) => ({ secret: installation.database.url })],
    constant('LICENSE_TYPE', 'jwt'),
    ['LICENSE_TOKEN', (installation) => ({ secret: installation.license.token })],
  ],
  server: [
    ['ADMIN_USERNAME', (installation) => plainOrSecret(installation.admin.username, '/admin/username')],
    ['ADMIN_PASSWORD', (installation) => ({ secret: installation.admin.password })],
    bucketName('UPLOADS', 'uploads'),
    ['WEBHOOKS_ENDPOINT', (installation) => derived(`https://${installation.serverDomain}/webhooks`, 'serverDomain')],
  ],
  drain: [
    ['LAUNCHER_IMAGE', (installation) => derived(repository(installation.images.launcher), 'images', 'launcher')],
    ['LAUNCHER_IMAGE_TAG', (installation) => derived(installation.version, 'version')],
    bucketName('METADATA', 'metadata'),
  ],
}

/** The content of one of the guide's secrets: the guide's keys first, then those of `environment`. */
export function guideVariables(installation: Installation, reader: Reader): ReadonlyMap<string, GuideValue> {
  const guide = SECRET_VARIABLES[reader].map(([name, value]) => [name, value(installation)] as const)
  const additional = Object.entries(installation.environment[reader]).map(
    ([name, value]) => [name, plainOrSecret(value, pointer('environment', reader, name))] as const,
  )
  return new Map([...guide, ...additional])
}

function constant(name: string, plain: string): Variable {
  return [name, () => ({ plain })]
}

function bucketName(suffix: string, role: string): Variable {
  return [
    `OBJECT_STORAGE_BUCKET_${suffix}`,
    (installation) =>
      derived(
        installation.objectStorage.buckets.find((bucket) => bucket.role === role)?.name ?? '',
        'objectStorage',
        'buckets',
        role,
        'name',
      ),
  ]
}

function derived(plain: string, ...from: readonly string[]): GuideValue {
  return { plain, from: pointer(...from) }
}

function plainOrSecret(value: PlainOrSecret, from: JsonPointer): GuideValue {
  return typeof value === 'string' ? { plain: value, from } : { secret: value }
}

function repository({ host, path }: Repository): string {
  return `${host}/${path}`
}
