import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { ObjectStoreReads, ObjectStoreWrites } from '../ports/objectStore.ts'
import { readBucket } from './readBucket.ts'
import { readUnmanaged } from './readUnmanaged.ts'
import { type Credentials, S3Client, type S3Request } from './s3Client.ts'
import { unparsable } from './s3Problems.ts'
import { writeVersioning } from './versioning.ts'
import { writeLifecycle } from './writeLifecycle.ts'
import { childrenOf, textOf } from './xml.ts'

export type ObjectStoreOptions = Credentials & {
  /** As this machine reaches it: `https://minio.example.com`. */
  readonly endpoint: string
  /** PEM text; the system's authorities when absent. */
  readonly ca?: string
  /** For signatures; default: this machine's clock. */
  readonly now?: () => Date
}

export type ObjectStore = ObjectStoreReads &
  ObjectStoreWrites & {
    /** Loads the modules of the first request; call it while waiting for something else. Never rejects: the first request reports the error. */
    preload(): Promise<void>
    /** Closes the kept-alive connections. */
    close(): void
  }

/** MinIO through its S3 and admin APIs. Loads no module and sends no request before the first use. */
export function connectObjectStore({ endpoint, ca, now = () => new Date(), ...credentials }: ObjectStoreOptions): ObjectStore {
  const server = { url: new URL(endpoint), name: 'MinIO', code: 'minio', ...(ca !== undefined && { ca }) }
  const client = new S3Client(server, credentials, now)
  return {
    preload: () =>
      client.load().then(
        () => undefined,
        () => undefined,
      ),
    close: () => client.close(),
    identity: () => identity(client),
    bucket: (name) => readBucket(client, name),
    unmanagedSettings: (name) => readUnmanaged(client, name),
    isEmpty: (name) => isEmpty(client, name),
    createBucket: (name) => sendWrite(client, { method: 'PUT', path: `/${name}`, permission: 's3:CreateBucket', bucket: name }),
    removeBucket: (name) => sendWrite(client, { method: 'DELETE', path: `/${name}`, permission: 's3:DeleteBucket', bucket: name }),
    removePolicy: (name) =>
      sendWrite(client, { method: 'DELETE', path: `/${name}?policy`, permission: 's3:DeleteBucketPolicy', bucket: name }),
    async setVersioning(name, desired) {
      const body = writeVersioning(desired, (await client.load()).xml)
      await sendWrite(client, { method: 'PUT', path: `/${name}?versioning`, body, permission: 's3:PutBucketVersioning', bucket: name })
    },
    async setLifecycle(name, rules) {
      const request = { path: `/${name}?lifecycle`, permission: 's3:PutLifecycleConfiguration', bucket: name }
      // MinIO refuses a document without rules.
      if (rules.length === 0) return sendWrite(client, { ...request, method: 'DELETE' })
      await sendWrite(client, { ...request, method: 'PUT', body: writeLifecycle(rules, (await client.load()).xml) })
    },
  }
}

async function identity(client: S3Client): Promise<ReadResult<string>> {
  const reply = await client.send({ method: 'GET', path: '/minio/admin/v3/info', permission: 'admin:ServerInfo' })
  if (!reply.ok) return reply.code === 'AccessDenied' ? absent('MinIO denies admin:ServerInfo') : unknown(reply.problem)
  const id = deploymentId(reply.text)
  return id === undefined ? unknown(unparsable('server description', client.origin)) : present(id)
}

function deploymentId(text: string): string | undefined {
  try {
    const info: unknown = JSON.parse(text)
    return isMap(info) && typeof info.deploymentID === 'string' && info.deploymentID !== '' ? info.deploymentID : undefined
  } catch {
    return undefined
  }
}

/** Lists at most one version or delete marker: one is enough. */
async function isEmpty(client: S3Client, name: string): Promise<ReadResult<boolean>> {
  const reply = await client.send({
    method: 'GET',
    path: `/${name}?versions&max-keys=1`,
    permission: 's3:ListBucketVersions',
    bucket: name,
  })
  if (!reply.ok)
    return reply.status === 404 && reply.code === 'NoSuchBucket'
      ? absent(`MinIO returned NoSuchBucket for ${name}`)
      : unknown(reply.problem)
  const { xml } = await client.load()
  const list = xml.read(reply.text, 'ListVersionsResult')
  if (list === undefined) return unknown(unparsable(`list of the bucket ${name}`, client.origin))
  const isTruncated = textOf(list, 'IsTruncated') === 'true'
  return present(!isTruncated && childrenOf(list, 'Version').length + childrenOf(list, 'DeleteMarker').length === 0)
}

async function sendWrite(client: S3Client, request: S3Request): Promise<void> {
  const reply = await client.send(request)
  if (!reply.ok) throw new ProblemError(reply.problem)
}
