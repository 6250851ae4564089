import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { bucket } from '../../src/kinds/bucket.ts'
import type { ProblemError } from '../../src/values/problem.ts'
import { Sealed } from '../../src/values/sealed.ts'
import { connectObjectStore } from '../../src/world/s3/objectStore.ts'
import { planOf } from '../unit/kinds/bucket/fakeStore.ts'
import { assertAlways, asWorld, type Context, mc, named, open, storeSuite, whyOf } from './objectStoreSupport.ts'

const objectStore = storeSuite('object store access')

const READS = ['s3:GetBucketVersioning', 's3:GetLifecycleConfiguration', 's3:GetBucketPolicy', 's3:ListBucketVersions']

objectStore('each missing permission is named, and never proves absence', async (context) => {
  await context.store.createBucket('rights')
  await createUser(context, 'reader', READS)
  const reader = open(context, { user: 'reader', secret: 'reader-secret' })
  assert.is((await reader.bucket('rights')).is, 'present')
  assert.is((await reader.isEmpty('rights')).is, 'present')
  assert.is((await reader.identity()).is, 'absent')
  for (const [i, missing] of READS.entries()) {
    await createUser(
      context,
      `lacks-${i}`,
      READS.filter((permission) => permission !== missing),
    )
    const store = open(context, { user: `lacks-${i}`, secret: `lacks-${i}-secret` })
    const read = missing === 's3:ListBucketVersions' ? await store.isEmpty('rights') : await store.bucket('rights')
    const why = whyOf(read)
    assert.is(why.code, 'minio/missing-right')
    assert.match(why.summary, missing)
  }
})

objectStore('each missing permission to write is named', async (context) => {
  await context.store.createBucket('written')
  await createUser(context, 'only-reads', READS)
  const store = open(context, { user: 'only-reads', secret: 'only-reads-secret' })
  const writes: readonly [string, () => Promise<void>][] = [
    ['s3:CreateBucket', () => store.createBucket('new-one')],
    ['s3:PutBucketVersioning', () => store.setVersioning('written', { status: 'enabled', excludedPrefixes: [], excludeFolders: false })],
    ['s3:PutLifecycleConfiguration', () => store.setLifecycle('written', [])],
    ['s3:DeleteBucketPolicy', () => store.removePolicy('written')],
    ['s3:DeleteBucket', () => store.removeBucket('written')],
  ]
  for (const [permission, write] of writes) {
    const error = await write().then(
      () => undefined,
      (thrown) => thrown as ProblemError,
    )
    assert.match(error?.problems[0]?.summary ?? '', permission)
  }
})

objectStore('the named permissions are sufficient', async (context) => {
  const writes = ['CreateBucket', 'PutBucketVersioning', 'PutLifecycleConfiguration', 'DeleteBucketPolicy', 'DeleteBucket']
  await createUser(context, 'writer', [...READS, ...writes.map((action) => `s3:${action}`)])
  const store = open(context, { user: 'writer', secret: 'writer-secret' })
  const work = asWorld(store).work()
  await bucket.converge(work, await planOf(asWorld(store), named('by-writer')))
  await mc(context, 'anonymous', 'set', 'public', 'lab/by-writer')
  await bucket.converge(work, await planOf(asWorld(store), { ...named('by-writer'), versioning: 'off' }))
  await store.setLifecycle('by-writer', [])
  await store.removeBucket('by-writer')
})

/** Creates a user with the secret NAME-secret and these permissions on everything. */
async function createUser(context: Context, name: string, permissions: readonly string[]): Promise<void> {
  const file = join(context.lab.dir, `${name}.json`)
  const statement = { Effect: 'Allow', Action: permissions, Resource: ['arn:aws:s3:::*'] }
  await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
  await mc(context, 'admin', 'user', 'add', 'lab', name, `${name}-secret`)
  await mc(context, 'admin', 'policy', 'create', 'lab', name, file)
  await mc(context, 'admin', 'policy', 'attach', 'lab', name, '--user', name)
}

objectStore('the identity is MinIO’s deployment id', async (context) => {
  const read = await context.store.identity()
  const info = JSON.parse(await mc(context, 'admin', 'info', 'lab', '--json')) as { info: { deploymentID: string } }
  assert.equal(read, { is: 'present', value: info.info.deploymentID })
})

objectStore('a wrong access key, secret, clock or authority has its own problem', async (context) => {
  await assertAlways(open(context, { user: 'nobody' }), 'minio/wrong-access-key')
  await assertAlways(open(context, { secret: 'not-the-secret' }), 'minio/wrong-secret-key')
  await assertAlways(open(context, { now: () => new Date(Date.now() - 3600_000) }), 'minio/clock-skew')
  const endpoint = context.lab.env.MINIO_ENDPOINT as string
  const systems = connectObjectStore({ endpoint, region: 'us-east-1', accessKey: Sealed.of('a'), secretKey: Sealed.of('b') })
  context.opened.push(systems)
  await assertAlways(systems, 'minio/untrusted-certificate')
  await assertAlways(open(context, { endpoint: endpoint.replace('https:', 'http:') }), 'minio/not-s3')
})

objectStore('a MinIO that accepts connections and never responds is reported within ten seconds', async (context) => {
  const minio = context.lab.server('minio')
  const fresh = open(context)
  await minio.suspend()
  const started = performance.now()
  await Promise.all([assertAlways(fresh, 'minio/silent'), assertAlways(context.store, 'minio/silent'), silentListener(context)])
  const seconds = (performance.now() - started) / 1000
  await minio.resume()
  // `assertAlways` sends two requests, one after the other.
  assert.ok(seconds < 20, `${seconds} s`)
  assert.is((await context.store.identity()).is, 'present')
})

/** A listener that accepts connections and sends nothing. */
async function silentListener(context: Context): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  const { port } = await new Promise<{ port: number }>((resolve) =>
    server.once('listening', () => resolve(server.address() as { port: number })),
  )
  const started = performance.now()
  assert.is(whyOf(await open(context, { endpoint: `https://127.0.0.1:${port}` }).bucket('any')).code, 'minio/silent')
  assert.ok(performance.now() - started < 10_000)
  server.close()
}

objectStore('a stopped MinIO is reported as refused, and is reachable again after its start', async (context) => {
  const minio = context.lab.server('minio')
  await minio.stop()
  await assertAlways(context.store, 'minio/refused-connection')
  await minio.start()
  assert.is((await context.store.identity()).is, 'present')
})

objectStore('object lock, replication, notification and quota are read as mc configured them', async (context) => {
  await mc(context, 'mb', 'lab/plain')
  await mc(context, 'mb', '--with-lock', 'lab/surrounded')
  await mc(context, 'mb', '--with-lock', 'lab/elsewhere')
  assert.equal(await context.store.unmanagedSettings('plain'), {
    is: 'present',
    value: { objectLock: false, replicationTargets: [], notificationTargets: [], quotaBytes: 0 },
  })
  await mc(context, 'quota', 'set', 'lab/surrounded', '--size', '1GiB')
  const { host } = new URL(context.lab.env.MINIO_ENDPOINT as string)
  const login = `${context.lab.env.MINIO_ACCESS_KEY}:${context.lab.env.MINIO_SECRET_KEY}`
  await mc(context, 'replicate', 'add', 'lab/surrounded', '--remote-bucket', `https://${login}@${host}/elsewhere`)
  const read = await context.store.unmanagedSettings('surrounded')
  assert.ok(read.is === 'present')
  assert.equal([read.value.objectLock, read.value.quotaBytes, read.value.replicationTargets.length], [true, 2 ** 30, 1])
  assert.match(read.value.replicationTargets[0] ?? '', /^arn:minio:replication:.*elsewhere$/)
  assert.is((await context.store.unmanagedSettings('missing')).is, 'absent')
})

objectStore('a missing permission to read these settings is named', async (context) => {
  const actions = ['s3:GetReplicationConfiguration', 's3:GetBucketNotification', 's3:GetBucketObjectLockConfiguration']
  const policy = join(context.lab.dir, 'half-watcher.json')
  const statements = [
    { Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::*'] },
    { Effect: 'Allow', Action: ['admin:ServerInfo'] },
  ]
  await writeFile(policy, JSON.stringify({ Version: '2012-10-17', Statement: statements }))
  await mc(context, 'admin', 'user', 'add', 'lab', 'half-watcher', 'half-watcher-secret')
  await mc(context, 'admin', 'policy', 'create', 'lab', 'half-watcher', policy)
  await mc(context, 'admin', 'policy', 'attach', 'lab', 'half-watcher', '--user', 'half-watcher')
  await mc(context, 'mb', '--ignore-existing', 'lab/plain')
  const read = await open(context, { user: 'half-watcher', secret: 'half-watcher-secret' }).unmanagedSettings('plain')
  assert.ok(read.is === 'unknown')
  assert.match(read.why.summary, /does not allow admin:GetBucketQuota on the bucket plain/)
})

objectStore.run()
