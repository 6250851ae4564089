import * as z from 'zod'
import { showDuration } from '../../values/duration.ts'
import { POLICIES } from '../../values/policy.ts'
import { schemaMessage } from '../errors/schemaMessage.ts'
import { BUCKETS, DEFAULTS, type GuideBucket } from '../spacelift.ts'
import { checked, described, plainOrSecret, secret } from './schemaParts.ts'
import * as texts from './stringFormats.ts'

// `groundcrew schema`, the types and the checks all come from here. What spans several keys stands in crossChecks.ts.

const host = checked(texts.registryHost)
const DAYS = schemaMessage('is neither a number of days nor "never"', 'Write a whole number from 1 to 36500, or never.')
const days = (description: string) =>
  z
    .union([z.int({ error: DAYS }).positive({ error: DAYS }).max(36_500, { error: DAYS }), z.literal('never')], {
      error: DAYS,
    })
    .meta({ description, examples: [60] })

const registry = z.strictObject({
  caFile: described(checked(texts.path), 'PEM bundle that vouches for the registry.', './ca.pem').optional(),
  plainHttp: described(z.boolean(), 'Speak http:// to it.', true, false).optional(),
  username: described(plainOrSecret, 'User of the registry.', 'groundcrew').optional(),
  password: described(secret, 'Password or token of the user.', { env: 'REGISTRY_PASSWORD' }).optional(),
})

const images = z.strictObject({
  archive: described(
    checked(texts.path),
    'The release archive, or a tar with both images (docs/images.md). Without it both tags must already be in the registry.',
    './self-hosted-v3.0.0.tar.gz',
  ).optional(),
  archiveSha256: described(
    checked(texts.sha256),
    'SHA-256 of the archive, hexadecimal.',
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  ).optional(),
  platform: described(checked(texts.platform), 'Platform of the images.', 'linux/amd64', DEFAULTS.platform).optional(),
  backend: described(checked(texts.repository), 'Repository of the backend image, without tag.', 'registry.example.com/spacelift/backend'),
  launcher: described(
    checked(texts.repository),
    'Repository of the launcher image, without tag.',
    'registry.example.com/spacelift/launcher',
  ),
})

const bucket = z
  .strictObject({
    name: described(checked(texts.bucketName), "The bucket's name; default: the guide's.", 'spacelift-run-logs').optional(),
    versioning: described(
      z.enum(['enabled', 'off']),
      "Whether old versions of an object are kept; default: the guide's.",
      'enabled',
    ).optional(),
    expireAfterDays: days("Objects expire after so many days; default: the guide's.").optional(),
    noncurrentDays: days('Noncurrent versions expire after so many days; default: never.').optional(),
  })
  .meta({ id: 'bucket', description: 'What differs from the guide.' })

const extraBucket = z
  .strictObject({
    versioning: described(
      z.enum(['enabled', 'off']),
      'Whether old versions of an object are kept.',
      'enabled',
      DEFAULTS.versioning,
    ).optional(),
    expireAfterDays: days('Objects expire after so many days; default: never.').optional(),
    noncurrentDays: days('Noncurrent versions expire after so many days; default: never.').optional(),
  })
  .meta({ id: 'extraBucket', description: 'How the bucket is kept.' })

const credentials = z.strictObject({
  accessKey: described(secret, 'Access key: the user.', { env: 'MINIO_ACCESS_KEY' }),
  secretKey: described(secret, 'Secret key: the password.', { env: 'MINIO_SECRET_KEY' }),
})

const objectStorage = z.strictObject({
  endpoint: described(checked(texts.serverUrl), 'MinIO as this machine reaches it.', 'https://minio.example.com'),
  caFile: described(checked(texts.path), 'PEM bundle that vouches for MinIO.', './ca.pem').optional(),
  region: described(checked(texts.tidy), 'Region of the buckets.', 'us-east-1', DEFAULTS.region).optional(),
  inCluster: described(
    z.strictObject({
      endpoint: described(checked(texts.endpoint), 'host:port, without a scheme.', 'myminio-hl.tenant-ns.svc.cluster.local:9000'),
      tls: described(z.boolean(), 'The pods use TLS.', true, true).optional(),
      allowInsecure: described(z.boolean(), 'The pods accept any certificate.', false, false).optional(),
    }),
    'MinIO as the pods reach it.',
    { endpoint: 'myminio-hl.tenant-ns.svc.cluster.local:9000', tls: true },
  ),
  uploadsUrl: described(checked(texts.serverUrl), 'MinIO as browsers reach it.', 'https://minio.example.com'),
  admin: described(credentials, 'Credentials groundcrew manages buckets with.', {
    accessKey: { env: 'MINIO_ACCESS_KEY' },
    secretKey: { env: 'MINIO_SECRET_KEY' },
  }),
  application: described(credentials, 'Credentials Spacelift itself uses.', {
    accessKey: { file: './app-access-key' },
    secretKey: { file: './app-secret-key' },
  }),
  buckets: described(
    z.strictObject(
      Object.fromEntries(BUCKETS.map((it) => [it.role, described(bucket, guideSays(it), { expireAfterDays: 30 }).optional()])),
    ),
    "What differs from the guide's eleven buckets.",
    { 'run-logs': { expireAfterDays: 90, noncurrentDays: 7 } },
  ).optional(),
  extraBuckets: described(
    z.record(checked(texts.bucketName), extraBucket),
    'Buckets besides the eleven, by name, kept in the same way. One that groundcrew made goes with its key here, once it is empty.',
    {
      'acme-exports': { expireAfterDays: 30 },
    },
  ).optional(),
})

const chart = z.strictObject({
  path: described(checked(texts.path), 'A chart on this machine: a directory or a .tgz.', './spacelift-self-hosted-3.0.0.tgz').optional(),
  repo: described(checked(texts.chartRepo), 'URL of a chart repository.', DEFAULTS.chart.repo, DEFAULTS.chart.repo).optional(),
  name: described(checked(texts.tidy), 'Name of the chart in the repository.', DEFAULTS.chart.name, DEFAULTS.chart.name).optional(),
  oci: described(
    checked(texts.ociReference),
    'A chart in a registry.',
    'oci://registry.example.com/charts/spacelift-self-hosted',
  ).optional(),
  version: described(
    checked(texts.tidy),
    "The chart's version, exact. Without it the version in use stays, and a first install takes the newest.",
    '3.0.0',
  ).optional(),
})

const release = z.strictObject({
  name: described(checked(texts.dnsLabel), 'Name of the Helm release.', 'spacelift', DEFAULTS.releaseName).optional(),
  chart: described(chart, 'Where the chart comes from: path, or repo and name, or oci.', {
    ...DEFAULTS.chart,
    version: '3.0.0',
  }).optional(),
  timeout: described(checked(texts.timeout), 'How long Helm waits for the pods.', '20m', showDuration(DEFAULTS.timeoutSeconds)).optional(),
  values: described(z.record(z.string(), z.unknown()), 'Further values of the chart. No secrets: Helm stores them.', {
    ingress: { ingressClassName: 'nginx' },
  }).optional(),
})

const ACCEPTED = { resource: 'bucket/spacelift-run-logs', field: 'versioning', reason: 'legal hold, TICKET-123', until: '2027-01-31' }

const acceptance = z
  .strictObject({
    resource: described(checked(texts.address), 'Address of the resource, as plans name it.', ACCEPTED.resource),
    field: described(checked(texts.tidy), 'One field of it, as drift --output json names it.', ACCEPTED.field),
    reason: described(checked(texts.tidy), 'Why it is let be; reports tell it.', ACCEPTED.reason),
    until: described(checked(texts.day), 'The last day on which it is let be (UTC).', ACCEPTED.until),
  })
  .meta({ id: 'acceptance', description: 'One difference of one field that is let be until a day.' })

const variables = described(z.record(checked(texts.variableName), plainOrSecret), 'Variable: text, or where a secret is read from.', {
  HTTPS_PROXY: 'http://proxy.example.com:3128',
})

export const desiredState = z
  .strictObject({
    version: described(checked(texts.version), 'Version of Spacelift; the tag of both images.', 'v3.0.0'),
    serverDomain: described(checked(texts.hostName), 'Host name that people open in their browser.', 'spacelift.example.com'),
    kubernetes: described(
      z.strictObject({
        context: described(checked(texts.tidy), "Context of the kubeconfig; default: the kubeconfig's current one.", 'onprem').optional(),
        namespace: described(checked(texts.dnsLabel), 'Namespace of the installation.', 'spacelift', DEFAULTS.namespace).optional(),
        namespaceLabels: described(
          z.record(checked(texts.labelName), checked(texts.labelValue)),
          'Labels that the namespace has to have; others on it are left alone.',
          { 'pod-security.kubernetes.io/enforce': 'baseline' },
        ).optional(),
      }),
      'Which cluster, and where in it.',
      { context: 'onprem', namespace: 'spacelift' },
    ).optional(),
    registries: described(z.record(host, registry), "How registries are reached, by host; credentials else from docker's config.json.", {
      'registry.example.com': { caFile: './ca.pem' },
    }).optional(),
    images: described(images, 'The two images and where they belong.', {
      archive: './self-hosted-v3.0.0.tar.gz',
      backend: 'registry.example.com/spacelift/backend',
      launcher: 'registry.example.com/spacelift/launcher',
    }),
    objectStorage: described(objectStorage, 'MinIO: how it is reached, by whom, and its buckets.', {
      endpoint: 'https://minio.example.com',
      inCluster: { endpoint: 'myminio-hl.tenant-ns.svc.cluster.local:9000' },
      uploadsUrl: 'https://minio.example.com',
      admin: { accessKey: { env: 'MINIO_ACCESS_KEY' }, secretKey: { env: 'MINIO_SECRET_KEY' } },
      application: { accessKey: { file: './app-access-key' }, secretKey: { file: './app-secret-key' } },
      buckets: { 'run-logs': { expireAfterDays: 90 } },
    }),
    database: described(
      z.strictObject({
        url: described(secret, 'Where it is: postgres://USER:PASSWORD@HOST/DATABASE?statement_cache_capacity=0', { env: 'DATABASE_URL' }),
      }),
      'PostgreSQL.',
      { url: { env: 'DATABASE_URL' } },
    ),
    encryption: described(
      z.strictObject({
        rsaPrivateKey: described(secret, 'RSA-4096 private key without passphrase, PEM or base64 of PEM.', { file: './encryption.pem' }),
        publicKeySha256: described(
          checked(texts.sha256),
          'SHA-256 of the public key (SPKI, DER): no secret, proves that the key is the right one.',
          'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
        ).optional(),
      }),
      'The key that encrypts what is in the database. Losing it loses that data.',
      { rsaPrivateKey: { file: './encryption.pem' } },
    ),
    license: described(
      z.strictObject({ token: described(secret, 'The token, a JWT.', { file: './license.jwt' }) }),
      'The licence token of the vendor.',
      {
        token: { file: './license.jwt' },
      },
    ),
    admin: described(
      z.strictObject({
        username: described(plainOrSecret, 'Its name.', 'admin'),
        password: described(secret, 'Its password.', { env: 'ADMIN_PASSWORD' }),
      }),
      'The first login.',
      {
        username: 'admin',
        password: { env: 'ADMIN_PASSWORD' },
      },
    ),
    release: described(release, 'The Helm release.', { chart: { path: './spacelift-self-hosted-3.0.0.tgz' }, timeout: '20m' }).optional(),
    environment: described(
      z.strictObject({ shared: variables.optional(), server: variables.optional(), drain: variables.optional() }),
      "Variables besides the guide's: shared is read by all, server and drain by one.",
      { shared: { HTTPS_PROXY: 'http://proxy.example.com:3128' } },
    ).optional(),
    watch: described(
      z.strictObject({
        interval: described(
          checked(texts.timeout),
          'How often it looks by itself.',
          '60s',
          showDuration(DEFAULTS.watch.intervalSeconds),
        ).optional(),
        policy: described(
          z.enum(POLICIES),
          'What it applies by itself: nothing, what the file changed, what drifted, or both.',
          'all',
          DEFAULTS.watch.policy,
        ).optional(),
      }),
      'What groundcrew watch does; default: it reports only.',
      { interval: '60s', policy: 'none' },
    ).optional(),
    drift: described(
      z.strictObject({
        accept: described(z.array(acceptance), 'Differences that are let be, each until a day; drift tells one that matches nothing.', [
          ACCEPTED,
        ]).optional(),
      }),
      'What drift and plan make of differences.',
      { accept: [ACCEPTED] },
    ).optional(),
    state: described(
      z.strictObject({
        backend: described(z.enum(['file']), 'Where the state is kept.', 'file', 'file').optional(),
        lock: described(
          z.strictObject({
            namespace: described(checked(texts.dnsLabel), 'Namespace of the lock.', 'groundcrew', DEFAULTS.lockNamespace).optional(),
          }),
          'The Lease that lets one apply run at a time.',
          { namespace: 'groundcrew' },
        ).optional(),
      }),
      'What groundcrew remembers and how it locks.',
      { backend: 'file' },
    ).optional(),
  })
  .meta({ title: 'desired-state.yaml', description: 'One Spacelift self-hosted installation on Kubernetes, as groundcrew keeps it.' })

export type DesiredState = z.output<typeof desiredState>

function guideSays({ name, versioning, expireAfterDays }: GuideBucket): string {
  const expiry = expireAfterDays === undefined ? 'no expiry' : `objects expire after ${expireAfterDays} days`
  return `The guide has: ${name}, versioning ${versioning}, ${expiry}.`
}
