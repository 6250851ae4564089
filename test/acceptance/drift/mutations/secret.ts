import { secretsMatchGuide } from '../../support/assertions.ts'
import * as guide from '../../support/guide.ts'
import type { LabInstallation } from '../../support/installation.ts'
import { DELETED, type Mutation, mutationsOf } from './mutation.ts'

const SERVER = 'spacelift-server'
/** All keys of the guide; a key that is missing here fails the coverage test. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  'spacelift-shared': [
    'SERVER_DOMAIN',
    'MQTT_BROKER_TYPE',
    'MQTT_BROKER_ENDPOINT',
    'ENCRYPTION_TYPE',
    'ENCRYPTION_RSA_PRIVATE_KEY',
    'MESSAGE_QUEUE_TYPE',
    'OBJECT_STORAGE_TYPE',
    'OBJECT_STORAGE_MINIO_ENDPOINT',
    'OBJECT_STORAGE_MINIO_USE_SSL',
    'OBJECT_STORAGE_MINIO_ALLOW_INSECURE',
    'OBJECT_STORAGE_MINIO_ACCESS_KEY_ID',
    'OBJECT_STORAGE_MINIO_SECRET_ACCESS_KEY',
    'OBJECT_STORAGE_BUCKET_DELIVERIES',
    'OBJECT_STORAGE_BUCKET_LARGE_QUEUE_MESSAGES',
    'OBJECT_STORAGE_BUCKET_MODULES',
    'OBJECT_STORAGE_BUCKET_POLICY_INPUTS',
    'OBJECT_STORAGE_BUCKET_RUN_LOGS',
    'OBJECT_STORAGE_BUCKET_STATES',
    'OBJECT_STORAGE_BUCKET_USER_UPLOADED_WORKSPACES',
    'OBJECT_STORAGE_BUCKET_WORKSPACE',
    'OBJECT_STORAGE_BUCKET_USAGE_ANALYTICS',
    'OBJECT_STORAGE_BUCKET_UPLOADS_URL',
    'DATABASE_URL',
    'LICENSE_TYPE',
    'LICENSE_TOKEN',
  ],
  [SERVER]: ['ADMIN_USERNAME', 'ADMIN_PASSWORD', 'OBJECT_STORAGE_BUCKET_UPLOADS', 'WEBHOOKS_ENDPOINT'],
  'spacelift-drain': ['LAUNCHER_IMAGE', 'LAUNCHER_IMAGE_TAG', 'OBJECT_STORAGE_BUCKET_METADATA'],
}

const mutation = mutationsOf(secretsMatchGuide)
const server = (name: string, planShows: RegExp, change: Mutation['change']) =>
  mutation(`secret/spacelift/${SERVER}`, name, planShows, change)

const kubectl =
  (...args: string[]) =>
  (installation: LabInstallation) =>
    installation.kubectl('-n', 'spacelift', ...args)

const merge = (secret: string, patch: object) => kubectl('patch', 'secret', secret, '--type=merge', '-p', JSON.stringify(patch))

const changed = (secret: string, key: string): Mutation =>
  mutation(
    `secret/spacelift/${secret}`,
    `${key} changed`,
    new RegExp(`${key}\\b.*`),
    merge(secret, { stringData: { [key]: 'changed-by-hand' } }),
    {
      isSample: key === 'ADMIN_PASSWORD',
      // The live key might be the one that the database is encrypted with: replacing it requires a flag.
      flags: () => (key === 'ENCRYPTION_RSA_PRIVATE_KEY' ? ['--replace-encryption-key'] : []),
    },
  )

export const secretMutations: readonly Mutation[] = [
  ...Object.entries(KEYS).flatMap(([secret, keys]) => keys.map((key) => changed(secret, key))),
  server('a key removed', /ADMIN_PASSWORD.*missing/, merge(SERVER, { data: { ADMIN_PASSWORD: null } })),
  server('a key added', /EXTRA_KEY.*removed/, merge(SERVER, { stringData: { EXTRA_KEY: 'by hand' } })),
  server('recreated with another type', /type/, async (installation) => {
    await kubectl('delete', 'secret', SERVER)(installation)
    await kubectl('create', 'secret', 'generic', SERVER, '--type=example.com/other', '--from-literal=ADMIN_USERNAME=admin')(installation)
  }),
  server('made immutable', /immutable/, merge(SERVER, { immutable: true })),
  server('applied by kubectl, which keeps a copy in an annotation', /last-applied/, applyByKubectl),
  server('deleted', DELETED, kubectl('delete', 'secret', SERVER)),
]

/** What the guide's own script does. */
async function applyByKubectl(installation: LabInstallation): Promise<void> {
  const stringData = (await guide.secrets(installation))[SERVER]
  const metadata = { name: SERVER, namespace: 'spacelift' }
  const manifest = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData }
  await installation.kubectl('apply', '-f', await installation.write('secret-by-hand.json', JSON.stringify(manifest)))
}
