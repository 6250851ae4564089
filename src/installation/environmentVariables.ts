import { type JsonPointer, pointer } from '../values/json.ts'
import type { Installation, PlainOrSecret, Reader, Repository, SecretInput } from './installation.ts'

/**
 * A variable's value: text with the place in the file it follows from (none: the guide's own), or a secret.
 * An `rsaPrivateKey` stands in the secret as base64 of its PEM.
 */
export type GuideValue =
  | { readonly plain: string; readonly from?: JsonPointer }
  | { readonly secret: SecretInput; readonly form?: 'rsaPrivateKey' }

type Variable = readonly [name: string, value: (it: Installation) => GuideValue]

/** Every key of the guide's three secrets. All values are strings: the API server refuses a boolean in stringData. */
export const SECRET_VARIABLES: { readonly [R in Reader]: readonly Variable[] } = {
  shared: [
    ['SERVER_DOMAIN', (it) => ({ plain: it.serverDomain, from: '/serverDomain' })],
    constant('MQTT_BROKER_TYPE', 'builtin'),
    [
      'MQTT_BROKER_ENDPOINT',
      (it) => follows(`tls://spacelift-mqtt.${it.kubernetes.namespace}.svc.cluster.local:1984`, 'kubernetes', 'namespace'),
    ],
    constant('ENCRYPTION_TYPE', 'rsa'),
    ['ENCRYPTION_RSA_PRIVATE_KEY', (it) => ({ secret: it.encryption.rsaPrivateKey, form: 'rsaPrivateKey' })],
    constant('MESSAGE_QUEUE_TYPE', 'postgres'),
    constant('OBJECT_STORAGE_TYPE', 'minio'),
    ['OBJECT_STORAGE_MINIO_ENDPOINT', (it) => follows(it.objectStorage.inCluster.endpoint, 'objectStorage', 'inCluster', 'endpoint')],
    ['OBJECT_STORAGE_MINIO_USE_SSL', (it) => follows(`${it.objectStorage.inCluster.tls}`, 'objectStorage', 'inCluster', 'tls')],
    [
      'OBJECT_STORAGE_MINIO_ALLOW_INSECURE',
      (it) => follows(`${it.objectStorage.inCluster.allowInsecure}`, 'objectStorage', 'inCluster', 'allowInsecure'),
    ],
    ['OBJECT_STORAGE_MINIO_ACCESS_KEY_ID', (it) => ({ secret: it.objectStorage.application.accessKey })],
    ['OBJECT_STORAGE_MINIO_SECRET_ACCESS_KEY', (it) => ({ secret: it.objectStorage.application.secretKey })],
    bucketName('DELIVERIES', 'deliveries'),
    bucketName('LARGE_QUEUE_MESSAGES', 'large-queue-messages'),
    bucketName('MODULES', 'modules'),
    bucketName('POLICY_INPUTS', 'policy-inputs'),
    bucketName('RUN_LOGS', 'run-logs'),
    bucketName('STATES', 'states'),
    bucketName('USER_UPLOADED_WORKSPACES', 'user-uploaded-workspaces'),
    bucketName('WORKSPACE', 'workspaces'),
    constant('OBJECT_STORAGE_BUCKET_USAGE_ANALYTICS', ''),
    ['OBJECT_STORAGE_BUCKET_UPLOADS_URL', (it) => follows(it.objectStorage.uploadsUrl, 'objectStorage', 'uploadsUrl')],
    ['DATABASE_URL', (it) => ({ secret: it.database.url })],
    constant('LICENSE_TYPE', 'jwt'),
    ['LICENSE_TOKEN', (it) => ({ secret: it.license.token })],
  ],
  server: [
    ['ADMIN_USERNAME', (it) => plainOrSecret(it.admin.username, '/admin/username')],
    ['ADMIN_PASSWORD', (it) => ({ secret: it.admin.password })],
    bucketName('UPLOADS', 'uploads'),
    ['WEBHOOKS_ENDPOINT', (it) => follows(`https://${it.serverDomain}/webhooks`, 'serverDomain')],
  ],
  drain: [
    ['LAUNCHER_IMAGE', (it) => follows(repository(it.images.launcher), 'images', 'launcher')],
    ['LAUNCHER_IMAGE_TAG', (it) => follows(it.version, 'version')],
    bucketName('METADATA', 'metadata'),
  ],
}

/** The content of one of the guide's secrets for this installation: the guide's keys first, then `environment`'s. */
export function guideVariables(it: Installation, reader: Reader): ReadonlyMap<string, GuideValue> {
  const guide = SECRET_VARIABLES[reader].map(([name, value]) => [name, value(it)] as const)
  const further = Object.entries(it.environment[reader]).map(
    ([name, value]) => [name, plainOrSecret(value, pointer('environment', reader, name))] as const,
  )
  return new Map([...guide, ...further])
}

function constant(name: string, plain: string): Variable {
  return [name, () => ({ plain })]
}

function bucketName(suffix: string, role: string): Variable {
  return [
    `OBJECT_STORAGE_BUCKET_${suffix}`,
    (it) => follows(it.objectStorage.buckets.find((one) => one.role === role)?.name ?? '', 'objectStorage', 'buckets', role, 'name'),
  ]
}

function follows(plain: string, ...from: readonly string[]): GuideValue {
  return { plain, from: pointer(...from) }
}

function plainOrSecret(value: PlainOrSecret, from: JsonPointer): GuideValue {
  return typeof value === 'string' ? { plain: value, from } : { secret: value }
}

function repository({ host, path }: Repository): string {
  return `${host}/${path}`
}
