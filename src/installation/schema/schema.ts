import * as z from 'zod'
import { showDuration } from '../../values/duration.ts'
import { POLICIES } from '../../values/policy.ts'
import { schemaMessage } from '../errors/schemaMessage.ts'
import { BUCKETS, DEFAULTS, type GuideBucket } from '../spacelift.ts'
import { checked, described, plainOrSecret, secret } from './schemaParts.ts'
import * as formats from './stringFormats.ts'

// `groundcrew schema`, the types and the checks are all derived from this. Checks of several keys are in crossChecks/.

const host = checked(formats.registryHost)
const DAYS = schemaMessage('is neither a number of days nor "never"', 'Write a whole number from 1 to 36500, or never.')
const days = (description: string) =>
  z
    .union([z.int({ error: DAYS }).positive({ error: DAYS }).max(36_500, { error: DAYS }), z.literal('never')], {
      error: DAYS,
    })
    .meta({ description, examples: [60] })

const registry = z.strictObject({
  caFile: described(checked(formats.path), "CA certificates (PEM) to verify the registry's certificate.", './ca.pem').optional(),
  plainHttp: described(z.boolean(), 'Use http:// instead of https://.', true, false).optional(),
  username: described(plainOrSecret, 'User name for the registry.', 'groundcrew').optional(),
  password: described(secret, 'Password or token of the user.', { env: 'REGISTRY_PASSWORD' }).optional(),
})

const images = z.strictObject({
  archive: described(
    checked(formats.path),
    'The release archive, or a tar with both images (docs/images.md). Without it, both tags must already exist in the registry.',
    './self-hosted-v3.0.0.tar.gz',
  ).optional(),
  archiveSha256: described(
    checked(formats.sha256),
    'SHA-256 of the archive, hexadecimal.',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ).optional(),
  platform: described(checked(formats.platform), 'Platform of the images.', 'linux/amd64', DEFAULTS.platform).optional(),
  backend: described(
    checked(formats.repository),
    'Repository of the backend image, without tag.',
    'registry.example.com/spacelift/backend',
  ),
  launcher: described(
    checked(formats.repository),
    'Repository of the launcher image, without tag.',
    'registry.example.com/spacelift/launcher',
  ),
})

const bucket = z
  .strictObject({
    name: described(checked(formats.bucketName), "The bucket's name; default: the guide's.", 'spacelift-run-logs').optional(),
    versioning: described(
      z.enum(['enabled', 'off']),
      "Whether old versions of an object are kept; default: the guide's.",
      'enabled',
    ).optional(),
    expireAfterDays: days("Days until objects expire; default: the guide's.").optional(),
    noncurrentDays: days('Days until noncurrent versions expire; default: never.').optional(),
  })
  .meta({ id: 'bucket', description: "Settings that differ from the guide's." })

const extraBucket = z
  .strictObject({
    versioning: described(
      z.enum(['enabled', 'off']),
      'Whether old versions of an object are kept.',
      'enabled',
      DEFAULTS.versioning,
    ).optional(),
    expireAfterDays: days('Days until objects expire; default: never.').optional(),
    noncurrentDays: days('Days until noncurrent versions expire; default: never.').optional(),
  })
  .meta({ id: 'extraBucket', description: 'Settings of the bucket.' })

const credentials = z.strictObject({
  accessKey: described(secret, 'Access key (the user name).', { env: 'MINIO_ACCESS_KEY' }),
  secretKey: described(secret, 'Secret key (the password).', { env: 'MINIO_SECRET_KEY' }),
})

const objectStorage = z.strictObject({
  endpoint: described(checked(formats.serverUrl), 'URL of MinIO from this machine.', 'https://minio.example.com'),
  caFile: described(checked(formats.path), "CA certificates (PEM) to verify MinIO's certificate.", './ca.pem').optional(),
  region: described(checked(formats.trimmed), 'Region of the buckets.', 'us-east-1', DEFAULTS.region).optional(),
  inCluster: described(
    z.strictObject({
      endpoint: described(checked(formats.endpoint), 'host:port, without a scheme.', 'myminio-hl.tenant-ns.svc.cluster.local:9000'),
      tls: described(z.boolean(), 'The pods connect with TLS.', true, true).optional(),
      allowInsecure: described(z.boolean(), "The pods do not verify MinIO's certificate.", false, false).optional(),
    }),
    'How the pods connect to MinIO.',
    { endpoint: 'myminio-hl.tenant-ns.svc.cluster.local:9000', tls: true },
  ),
  uploadsUrl: described(checked(formats.serverUrl), 'URL of MinIO from browsers.', 'https://minio.example.com'),
  admin: described(credentials, 'Credentials with which groundcrew manages the buckets.', {
    accessKey: { env: 'MINIO_ACCESS_KEY' },
    secretKey: { env: 'MINIO_SECRET_KEY' },
  }),
  application: described(credentials, 'Credentials that Spacelift itself uses.', {
    accessKey: { file: './app-access-key' },
    secretKey: { file: './app-secret-key' },
  }),
  buckets: described(
    z.strictObject(
      Object.fromEntries(
        BUCKETS.map((guideBucket) => [guideBucket.role, described(bucket, guideText(guideBucket), { expireAfterDays: 30 }).optional()]),
      ),
    ),
    "Settings of the guide's eleven buckets that differ from the guide.",
    { 'run-logs': { expireAfterDays: 90, noncurrentDays: 7 } },
  ).optional(),
  extraBuckets: described(
    z.record(checked(formats.bucketName), extraBucket),
    'Additional buckets by name. One that groundcrew created is deleted when its key is removed and it is empty.',
    {
      'acme-exports': { expireAfterDays: 30 },
    },
  ).optional(),
})

const chart = z.strictObject({
  path: described(checked(formats.path), 'A chart on this machine: a directory or a .tgz.', './spacelift-self-hosted-3.0.0.tgz').optional(),
  repo: described(checked(formats.chartRepo), 'URL of a chart repository.', DEFAULTS.chart.repo, DEFAULTS.chart.repo).optional(),
  name: described(checked(formats.trimmed), 'Name of the chart in the repository.', DEFAULTS.chart.name, DEFAULTS.chart.name).optional(),
  oci: described(
    checked(formats.ociReference),
    'A chart in a registry.',
    'oci://registry.example.com/charts/spacelift-self-hosted',
  ).optional(),
  version: described(
    checked(formats.trimmed),
    'The exact version of the chart; default: the installed version, or the newest one for a first install.',
    '3.0.0',
  ).optional(),
})

const release = z.strictObject({
  name: described(checked(formats.dnsLabel), 'Name of the Helm release.', 'spacelift', DEFAULTS.releaseName).optional(),
  chart: described(chart, 'Source of the chart: path, or repo and name, or oci.', {
    ...DEFAULTS.chart,
    version: '3.0.0',
  }).optional(),
  timeout: described(
    checked(formats.timeout),
    'How long Helm waits for the pods to be ready.',
    '20m',
    showDuration(DEFAULTS.timeoutSeconds),
  ).optional(),
  values: described(z.record(z.string(), z.unknown()), 'Additional values of the chart. No secrets: Helm stores them in clear text.', {
    ingress: { ingressClassName: 'nginx' },
  }).optional(),
})

const ACCEPTED = { resource: 'bucket/spacelift-run-logs', field: 'versioning', reason: 'legal hold, TICKET-123', until: '2027-01-31' }

const acceptance = z
  .strictObject({
    resource: described(checked(formats.address), 'Address of the resource, as plans show it.', ACCEPTED.resource),
    field: described(checked(formats.trimmed), 'One of its fields, as drift --output json shows it.', ACCEPTED.field),
    reason: described(checked(formats.trimmed), 'Why the difference is accepted; reports show it.', ACCEPTED.reason),
    until: described(checked(formats.day), 'The last day on which it is accepted (UTC).', ACCEPTED.until),
  })
  .meta({ id: 'acceptance', description: 'Accepts the drift of one field until a day.' })

const variables = described(z.record(checked(formats.variableName), plainOrSecret), 'A variable: text, or a reference to a secret.', {
  HTTPS_PROXY: 'http://proxy.example.com:3128',
})

export const desiredState = z
  .strictObject({
    version: described(checked(formats.version), 'Version of Spacelift, which is the tag of both images.', 'v3.0.0'),
    serverDomain: described(checked(formats.hostName), 'Host name of the web UI.', 'spacelift.example.com'),
    kubernetes: described(
      z.strictObject({
        context: described(
          checked(formats.trimmed),
          "Context of the kubeconfig; default: the kubeconfig's current one.",
          'onprem',
        ).optional(),
        namespace: described(checked(formats.dnsLabel), 'Namespace of the installation.', 'spacelift', DEFAULTS.namespace).optional(),
        namespaceLabels: described(
          z.record(checked(formats.kubernetesLabelName), checked(formats.kubernetesLabelValue)),
          'Labels of the namespace; its other labels are not changed.',
          { 'pod-security.kubernetes.io/enforce': 'baseline' },
        ).optional(),
      }),
      'The cluster and the namespace.',
      { context: 'onprem', namespace: 'spacelift' },
    ).optional(),
    registries: described(z.record(host, registry), "How to connect to registries, by host; credentials default to docker's config.json.", {
      'registry.example.com': { caFile: './ca.pem' },
    }).optional(),
    images: described(images, 'The two images and their repositories.', {
      archive: './self-hosted-v3.0.0.tar.gz',
      backend: 'registry.example.com/spacelift/backend',
      launcher: 'registry.example.com/spacelift/launcher',
    }),
    objectStorage: described(objectStorage, 'MinIO: URLs, credentials and buckets.', {
      endpoint: 'https://minio.example.com',
      inCluster: { endpoint: 'myminio-hl.tenant-ns.svc.cluster.local:9000' },
      uploadsUrl: 'https://minio.example.com',
      admin: { accessKey: { env: 'MINIO_ACCESS_KEY' }, secretKey: { env: 'MINIO_SECRET_KEY' } },
      application: { accessKey: { file: './app-access-key' }, secretKey: { file: './app-secret-key' } },
      buckets: { 'run-logs': { expireAfterDays: 90 } },
    }),
    database: described(
      z.strictObject({
        url: described(secret, 'Connection URL: postgres://USER:PASSWORD@HOST/DATABASE?statement_cache_capacity=0', {
          env: 'DATABASE_URL',
        }),
      }),
      'PostgreSQL.',
      { url: { env: 'DATABASE_URL' } },
    ),
    encryption: described(
      z.strictObject({
        rsaPrivateKey: described(secret, 'RSA-4096 private key without passphrase, PEM or base64 of PEM.', { file: './encryption.pem' }),
        publicKeySha256: described(
          checked(formats.sha256),
          'SHA-256 of the public key (SPKI, DER), to check that rsaPrivateKey is the right key. It is not a secret.',
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        ).optional(),
      }),
      'The key that encrypts data in the database. Without it that data is lost.',
      { rsaPrivateKey: { file: './encryption.pem' } },
    ),
    license: described(
      z.strictObject({ token: described(secret, 'The token, a JWT.', { file: './license.jwt' }) }),
      "The vendor's license token.",
      {
        token: { file: './license.jwt' },
      },
    ),
    admin: described(
      z.strictObject({
        username: described(plainOrSecret, 'User name.', 'admin'),
        password: described(secret, 'Password.', { env: 'ADMIN_PASSWORD' }),
      }),
      'The first user of the web UI.',
      {
        username: 'admin',
        password: { env: 'ADMIN_PASSWORD' },
      },
    ),
    release: described(release, 'The Helm release.', { chart: { path: './spacelift-self-hosted-3.0.0.tgz' }, timeout: '20m' }).optional(),
    environment: described(
      z.strictObject({ shared: variables.optional(), server: variables.optional(), drain: variables.optional() }),
      'Additional environment variables: shared for all pods, server and drain for one Deployment each.',
      { shared: { HTTPS_PROXY: 'http://proxy.example.com:3128' } },
    ).optional(),
    watch: described(
      z.strictObject({
        interval: described(
          checked(formats.timeout),
          'How often it checks without a trigger.',
          '60s',
          showDuration(DEFAULTS.watch.intervalSeconds),
        ).optional(),
        policy: described(
          z.enum(POLICIES),
          'What it applies without approval: nothing, changes of the file, drift, or all.',
          'all',
          DEFAULTS.watch.policy,
        ).optional(),
      }),
      'Settings of groundcrew watch, which only reports by default.',
      { interval: '60s', policy: 'none' },
    ).optional(),
    drift: described(
      z.strictObject({
        accept: described(z.array(acceptance), 'Accepted differences, each until a day; drift reports an entry that matches nothing.', [
          ACCEPTED,
        ]).optional(),
      }),
      'How drift and plan treat differences.',
      { accept: [ACCEPTED] },
    ).optional(),
    state: described(
      z.strictObject({
        backend: described(z.enum(['file']), 'Where the state is stored.', 'file', 'file').optional(),
        lock: described(
          z.strictObject({
            namespace: described(checked(formats.dnsLabel), 'Namespace of the lock.', 'groundcrew', DEFAULTS.lockNamespace).optional(),
          }),
          'The Lease that allows one apply at a time.',
          { namespace: 'groundcrew' },
        ).optional(),
      }),
      'State and lock.',
      { backend: 'file' },
    ).optional(),
  })
  .meta({ title: 'desired-state.yaml', description: 'One Spacelift self-hosted installation on Kubernetes, managed by groundcrew.' })

export type DesiredState = z.output<typeof desiredState>

function guideText({ name, versioning, expireAfterDays }: GuideBucket): string {
  const expiry = expireAfterDays === undefined ? 'no expiry' : `objects expire after ${expireAfterDays} days`
  return `Guide: ${name}, versioning ${versioning}, ${expiry}.`
}
