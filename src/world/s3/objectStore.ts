import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { ObjectStoreReads, ObjectStoreWrites } from '../ports/objectStore.ts'
import { readBucket } from './readBucket.ts'
import { readWatched } from './readUnmanaged.ts'
import { type Call, type Credentials, S3Client } from './s3Client.ts'
import { notUnderstood } from './s3Problems.ts'
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
    /** Loads what the first request needs; call it while something else is being waited for. Never rejects: the first request tells. */
    warm(): Promise<void>
    /** Ends kept-alive connections. */
    close(): void
  }

/** MinIO through its S3 and admin APIs. Nothing is loaded or asked before the first use. */
export function connectObjectStore({ endpoint, ca, now = () => new Date(), ...credentials }: ObjectStoreOptions): ObjectStore {
  const server = { url: new URL(endpoint), name: 'MinIO', code: 'minio', ...(ca !== undefined && { ca }) }
  const client = new S3Client(server, credentials, now)
  return {
    warm: () =>
      client.load().then(
        () => undefined,
        () => undefined,
      ),
    close: () => client.close(),
    identity: () => identity(client),
    bucket: (name) => readBucket(client, name),
    unmanagedSettings: (name) => readWatched(client, name),
    isEmpty: (name) => isEmpty(client, name),
    createBucket: (name) => write(client, { method: 'PUT', path: `/${name}`, right: 's3:CreateBucket', bucket: name }),
    removeBucket: (name) => write(client, { method: 'DELETE', path: `/${name}`, right: 's3:DeleteBucket', bucket: name }),
    removePolicy: (name) => write(client, { method: 'DELETE', path: `/${name}?policy`, right: 's3:DeleteBucketPolicy', bucket: name }),
    async setVersioning(name, wanted) {
      const body = writeVersioning(wanted, (await client.load()).xml)
      await write(client, { method: 'PUT', path: `/${name}?versioning`, body, right: 's3:PutBucketVersioning', bucket: name })
    },
    async setLifecycle(name, rules) {
      const call = { path: `/${name}?lifecycle`, right: 's3:PutLifecycleConfiguration', bucket: name }
      // A document without rules is refused.
      if (rules.length === 0) return write(client, { ...call, method: 'DELETE' })
      await write(client, { ...call, method: 'PUT', body: writeLifecycle(rules, (await client.load()).xml) })
    },
  }
}

async function identity(client: S3Client): Promise<ReadResult<string>> {
  const reply = await client.send({ method: 'GET', path: '/minio/admin/v3/info', right: 'admin:ServerInfo' })
  if (!reply.ok) return reply.code === 'AccessDenied' ? absent('MinIO denies admin:ServerInfo') : unknown(reply.problem)
  const id = deploymentId(reply.text)
  return id === undefined ? unknown(notUnderstood('description of itself', client.origin)) : present(id)
}

function deploymentId(text: string): string | undefined {
  try {
    const info: unknown = JSON.parse(text)
    return isMap(info) && typeof info.deploymentID === 'string' && info.deploymentID !== '' ? info.deploymentID : undefined
  } catch {
    return undefined
  }
}

/** One version or delete marker is enough to know. */
async function isEmpty(client: S3Client, name: string): Promise<ReadResult<boolean>> {
  const reply = await client.send({
    method: 'GET',
    path: `/${name}?versions&max-keys=1`,
    right: 's3:ListBucketVersions',
    bucket: name,
  })
  if (!reply.ok)
    return reply.status === 404 && reply.code === 'NoSuchBucket' ? absent(`MinIO says NoSuchBucket of ${name}`) : unknown(reply.problem)
  const { xml } = await client.load()
  const list = xml.read(reply.text, 'ListVersionsResult')
  if (list === undefined) return unknown(notUnderstood(`list of ${name}`, client.origin))
  const more = textOf(list, 'IsTruncated') === 'true'
  return present(!more && childrenOf(list, 'Version').length + childrenOf(list, 'DeleteMarker').length === 0)
}

async function write(client: S3Client, call: Call): Promise<void> {
  const reply = await client.send(call)
  if (!reply.ok) throw new ProblemError(reply.problem)
}
