import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import type { Bucket } from '../../src/installation/installation.ts'
import type { BucketFacts } from '../../src/kinds/bucket/facts.ts'
import { bucket } from '../../src/kinds/bucket.ts'
import type { Recorded } from '../../src/kinds/kind.ts'
import { address } from '../../src/values/address.ts'
import type { Problem, ProblemError } from '../../src/values/problem.ts'
import type { ReadResult } from '../../src/values/readResult.ts'
import { Sealed } from '../../src/values/sealed.ts'
import { connectObjectStore, type ObjectStore, type ObjectStoreOptions } from '../../src/world/s3/objectStore.ts'
import { codeOf, type FakeStore, planOf } from '../unit/kinds/bucket/fakeStore.ts'

type Context = { lab: Lab; ca: string; store: ObjectStore; opened: ObjectStore[] }
const objectStore = suite<Context>('object store')

objectStore.before(async (it) => {
  it.lab = await startLab()
  it.ca = await readFile(it.lab.env.MINIO_CA as string, 'utf8')
  it.opened = []
  it.store = open(it)
})
objectStore.after(async (it) => {
  for (const one of it.opened ?? []) one.close()
  await it.lab?.stop()
})

function open(it: Context, more: Partial<ObjectStoreOptions> & { user?: string; secret?: string } = {}): ObjectStore {
  const { env } = it.lab
  const { user = env.MINIO_ACCESS_KEY as string, secret = env.MINIO_SECRET_KEY as string, ...rest } = more
  const store = connectObjectStore({
    endpoint: env.MINIO_ENDPOINT as string,
    ca: it.ca,
    region: 'us-east-1',
    accessKey: Sealed.of(user),
    secretKey: Sealed.of(secret),
    ...rest,
  })
  it.opened.push(store)
  return store
}

async function mc({ lab }: Context, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('mc', args, { env: { ...process.env, ...lab.env } })).stdout
}

/** The real store in the place of the one in memory. */
const asFake = (store: ObjectStore): FakeStore =>
  ({
    work: () => ({ world: { objectStore: store }, view: { objectStore: store }, assertLockHeld: async () => undefined }),
  }) as unknown as FakeStore
const plan = (it: Context, one: Bucket) => planOf(asFake(it.store), one)
const apply = async (it: Context, one: Bucket) => bucket.converge(asFake(it.store).work(), await plan(it, one))

const named = (name: string): Bucket => ({ role: 'run-logs', name, versioning: 'enabled', expireAfterDays: 60, noncurrentDays: 7 })

function whyOf(read: ReadResult<unknown>): Problem {
  assert.is(read.is, 'unknown', JSON.stringify(read))
  return (read as { why: Problem }).why
}

/** Whatever is asked of it, the store answers with this problem. */
async function always(store: ObjectStore, code: string): Promise<void> {
  const [one, empty, identity] = await Promise.all([store.bucket('any'), store.isEmpty('any'), store.identity()])
  for (const read of [one, empty, identity]) assert.is(whyOf(read).code, code)
  assert.is(await codeOf(() => store.createBucket('any')), code)
}

objectStore('a bucket is made as declared, mc sees it so, and a plan after that is empty', async (it) => {
  await apply(it, named('made'))
  assert.match(await mc(it, 'version', 'info', 'lab/made'), 'enabled')
  const rules = JSON.parse(await mc(it, 'ilm', 'rule', 'export', 'lab/made')) as { Rules: { ID: string }[] }
  assert.equal(
    rules.Rules.map((rule) => rule.ID),
    ['expire-after-60-days', 'expire-noncurrent-after-7-days'],
  )
  assert.equal((await plan(it, named('made'))).edits, [])
})

/** One change by a foreign client for every fact; `where` is the start of the pointer it must show at. */
const MUTATIONS: readonly { what: string; where: string; mutate: (it: Context, at: string) => Promise<unknown> }[] = [
  { what: 'versioning', where: '/versioning', mutate: (it, at) => mc(it, 'version', 'suspend', at) },
  {
    what: 'excluded prefixes',
    where: '/excludedPrefixes/2024',
    mutate: (it, at) => mc(it, 'version', 'enable', at, '--excluded-prefixes', '2024'),
  },
  { what: 'excluded folders', where: '/excludeFolders', mutate: (it, at) => mc(it, 'version', 'enable', at, '--exclude-folders') },
  {
    what: 'a foreign expiry',
    where: '/rules/all objects: expire current versions#2',
    mutate: (it, at) => mc(it, 'ilm', 'rule', 'add', '--expire-days', '90', at),
  },
  {
    what: 'rules with filters, both actions in one',
    where: '/rules/prefix 007',
    mutate: (it, at) =>
      mc(
        it,
        'ilm',
        'rule',
        'add',
        '--prefix',
        '007',
        '--tags',
        'a=1&b=2',
        '--size-gt',
        '1MiB',
        '--expire-days',
        '9',
        '--noncurrent-expire-days',
        '2',
        '--noncurrent-expire-newer',
        '3',
        at,
      ),
  },
  {
    what: 'delete markers',
    where: '/rules/all objects: remove delete markers with nothing behind them',
    mutate: (it, at) => mc(it, 'ilm', 'rule', 'add', '--expire-delete-marker', at),
  },
  {
    what: 'all versions',
    where: '/rules/all objects: expire all versions',
    mutate: (it, at) => mc(it, 'ilm', 'rule', 'add', '--expire-days', '3', '--expire-all-object-versions', at),
  },
  { what: 'days', where: '/rules/all objects: expire current versions/days', mutate: (it, at) => edit(it, at, '--expire-days', '50') },
  { what: 'a disabled rule', where: '/rules/all objects: expire current versions/enabled', mutate: (it, at) => edit(it, at, '--disable') },
  {
    what: 'no rules',
    where: '/rules/all objects: expire noncurrent versions',
    mutate: (it, at) => mc(it, 'ilm', 'rule', 'rm', '--all', '--force', at),
  },
  { what: 'a policy', where: '/policy', mutate: (it, at) => mc(it, 'anonymous', 'set', 'download', at) },
]

const edit = (it: Context, at: string, ...flags: string[]) => mc(it, 'ilm', 'rule', 'edit', '--id', 'expire-after-60-days', ...flags, at)

for (const { what, where, mutate } of MUTATIONS)
  objectStore(`changed with mc: ${what} is seen, repaired, and seen no more`, async (it) => {
    const name = what.replaceAll(/[ ,]+/g, '-')
    await apply(it, named(name))
    await mutate(it, `lab/${name}`)
    const { edits } = await plan(it, named(name))
    assert.ok(
      edits.some((one) => one.pointer.startsWith(where)),
      edits.map((one) => one.pointer).join('\n'),
    )
    await apply(it, named(name))
    assert.equal((await plan(it, named(name))).edits, [])
  })

objectStore(
  'the four spellings of all objects, and ids and prefixes that look like numbers, are read from the server as they are',
  async (it) => {
    await it.store.createBucket('spelt')
    const filters = [{}, { Filter: {} }, { Filter: { Prefix: '' } }, { Prefix: '' }, { Filter: { Prefix: '2024' } }]
    const Rules = filters.map((filter, i) => ({ ID: `00${i}`, Status: 'Enabled', Expiration: { Days: i + 1 }, ...filter }))
    const file = join(it.lab.dir, 'rules.json')
    await writeFile(file, JSON.stringify({ Rules }))
    await promisify(execFile)('bash', ['-c', `mc ilm rule import lab/spelt < '${file}'`], { env: { ...process.env, ...it.lab.env } })
    const read = await it.store.bucket('spelt')
    assert.equal(read.is === 'present' && read.value.rules.map((rule) => [rule.id, rule.filter.prefix]), [
      ['000', ''],
      ['001', ''],
      ['002', ''],
      ['003', ''],
      ['004', '2024'],
    ])
  },
)

objectStore(
  'objects, old versions and delete markers make a bucket not empty; then an expiry is a risk, and removal refused',
  async (it) => {
    const one = named('filled')
    await apply(it, { ...one, expireAfterDays: 90 })
    assert.equal((await plan(it, one)).basis, { empty: true })
    await promisify(execFile)('bash', ['-c', 'echo x | mc pipe lab/filled/x'], { env: { ...process.env, ...it.lab.env } })
    await mc(it, 'rm', 'lab/filled/x')
    const change = await plan(it, one)
    assert.equal(change.basis, { empty: false })
    assert.is(bucket.impact(change).dataAtRisk.length, 1)
    const recorded = { address: address('bucket', 'filled') } as Recorded<BucketFacts>
    const remove = async () => bucket.remove(asFake(it.store).work(), recorded, await bucket.observe(asFake(it.store).work(), recorded))
    assert.is(await codeOf(remove), 'bucket/not-empty')
    assert.is(await codeOf(() => it.store.removeBucket('filled')), 'minio/bucket-not-empty')
    await mc(it, 'rm', '--recursive', '--versions', '--force', 'lab/filled')
    await remove()
    assert.is((await it.store.bucket('filled')).is, 'absent')
  },
)

objectStore('what changed between plan and apply is not written over', async (it) => {
  await apply(it, named('raced'))
  const change = await plan(it, { ...named('raced'), expireAfterDays: 90 })
  await edit(it, 'lab/raced', '--expire-days', '30')
  assert.is(await codeOf(() => bucket.converge(asFake(it.store).work(), change)), 'bucket/changed-meanwhile')
})

objectStore('a bucket that somebody made meanwhile is told apart', async (it) => {
  await it.store.createBucket('twice')
  assert.is(await codeOf(() => it.store.createBucket('twice')), 'minio/bucket-exists')
})

objectStore('eleven buckets are 33 reads and nothing else; one does not tell another where MinIO is', async (it) => {
  const trace = await it.lab.traceMinio()
  await Promise.all(Array.from({ length: 11 }, (_, i) => it.store.bucket(`missing-${i}`)))
  const requests = (await trace.stop()).filter((one) => one.path.startsWith('/missing-'))
  assert.is(requests.length, 33)
  assert.equal([...new Set(requests.map((one) => one.method))], ['GET'])
})

const READS = ['s3:GetBucketVersioning', 's3:GetLifecycleConfiguration', 's3:GetBucketPolicy', 's3:ListBucketVersions']

objectStore('each missing right is named, and makes nothing absent', async (it) => {
  await it.store.createBucket('rights')
  await user(it, 'reader', READS)
  const reader = open(it, { user: 'reader', secret: 'reader-secret' })
  assert.is((await reader.bucket('rights')).is, 'present')
  assert.is((await reader.isEmpty('rights')).is, 'present')
  assert.is((await reader.identity()).is, 'absent')
  for (const [i, right] of READS.entries()) {
    await user(
      it,
      `lacks-${i}`,
      READS.filter((one) => one !== right),
    )
    const store = open(it, { user: `lacks-${i}`, secret: `lacks-${i}-secret` })
    const read = right === 's3:ListBucketVersions' ? await store.isEmpty('rights') : await store.bucket('rights')
    const why = whyOf(read)
    assert.is(why.code, 'minio/missing-right')
    assert.match(why.summary, right)
  }
})

objectStore('each missing right to write is named', async (it) => {
  await it.store.createBucket('written')
  await user(it, 'only-reads', READS)
  const store = open(it, { user: 'only-reads', secret: 'only-reads-secret' })
  const writes: readonly [string, () => Promise<void>][] = [
    ['s3:CreateBucket', () => store.createBucket('new-one')],
    ['s3:PutBucketVersioning', () => store.setVersioning('written', { status: 'enabled', excludedPrefixes: [], excludeFolders: false })],
    ['s3:PutLifecycleConfiguration', () => store.setLifecycle('written', [])],
    ['s3:DeleteBucketPolicy', () => store.removePolicy('written')],
    ['s3:DeleteBucket', () => store.removeBucket('written')],
  ]
  for (const [right, write] of writes) {
    const error = await write().then(
      () => undefined,
      (thrown) => thrown as ProblemError,
    )
    assert.match(error?.problems[0]?.summary ?? '', right)
  }
})

objectStore('the rights that are named are the rights it takes', async (it) => {
  const writes = ['CreateBucket', 'PutBucketVersioning', 'PutLifecycleConfiguration', 'DeleteBucketPolicy', 'DeleteBucket']
  await user(it, 'writer', [...READS, ...writes.map((one) => `s3:${one}`)])
  const store = open(it, { user: 'writer', secret: 'writer-secret' })
  const work = asFake(store).work()
  await bucket.converge(work, await planOf(asFake(store), named('by-writer')))
  await mc(it, 'anonymous', 'set', 'public', 'lab/by-writer')
  await bucket.converge(work, await planOf(asFake(store), { ...named('by-writer'), versioning: 'off' }))
  await store.setLifecycle('by-writer', [])
  await store.removeBucket('by-writer')
})

/** A user whose secret is NAME-secret, with these rights on everything. */
async function user(it: Context, name: string, rights: readonly string[]): Promise<void> {
  const file = join(it.lab.dir, `${name}.json`)
  const statement = { Effect: 'Allow', Action: rights, Resource: ['arn:aws:s3:::*'] }
  await writeFile(file, JSON.stringify({ Version: '2012-10-17', Statement: [statement] }))
  await mc(it, 'admin', 'user', 'add', 'lab', name, `${name}-secret`)
  await mc(it, 'admin', 'policy', 'create', 'lab', name, file)
  await mc(it, 'admin', 'policy', 'attach', 'lab', name, '--user', name)
}

objectStore('the identity stays the same and is MinIO’s own', async (it) => {
  const read = await it.store.identity()
  const info = JSON.parse(await mc(it, 'admin', 'info', 'lab', '--json')) as { info: { deploymentID: string } }
  assert.equal(read, { is: 'present', value: info.info.deploymentID })
})

objectStore('a wrong access key, a wrong secret, a wrong clock and a wrong authority are told apart', async (it) => {
  await always(open(it, { user: 'nobody' }), 'minio/wrong-access-key')
  await always(open(it, { secret: 'not-the-secret' }), 'minio/wrong-secret-key')
  await always(open(it, { now: () => new Date(Date.now() - 3600_000) }), 'minio/clock-skew')
  const endpoint = it.lab.env.MINIO_ENDPOINT as string
  const systems = connectObjectStore({ endpoint, region: 'us-east-1', accessKey: Sealed.of('a'), secretKey: Sealed.of('b') })
  it.opened.push(systems)
  await always(systems, 'minio/untrusted-certificate')
  await always(open(it, { endpoint: endpoint.replace('https:', 'http:') }), 'minio/not-s3')
})

objectStore('a MinIO that takes connections and never answers is told within ten seconds', async (it) => {
  const minio = it.lab.server('minio')
  const fresh = open(it)
  await minio.suspend()
  const started = performance.now()
  await Promise.all([always(fresh, 'minio/silent'), always(it.store, 'minio/silent'), silentListener(it)])
  const seconds = (performance.now() - started) / 1000
  await minio.resume()
  // `always` asks twice, one after the other.
  assert.ok(seconds < 20, `${seconds} s`)
  assert.is((await it.store.identity()).is, 'present')
})

/** Something that takes connections and says nothing, without TLS. */
async function silentListener(it: Context): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1')
  const { port } = await new Promise<{ port: number }>((resolve) =>
    server.once('listening', () => resolve(server.address() as { port: number })),
  )
  const started = performance.now()
  assert.is(whyOf(await open(it, { endpoint: `https://127.0.0.1:${port}` }).bucket('any')).code, 'minio/silent')
  assert.ok(performance.now() - started < 10_000)
  server.close()
}

objectStore('a MinIO that is not there is told as refused, and found again when it is', async (it) => {
  const minio = it.lab.server('minio')
  await minio.stop()
  await always(it.store, 'minio/refused-connection')
  await minio.start()
  assert.is((await it.store.identity()).is, 'present')
})

objectStore('object lock, replication, notification and quota are read as mc set them up', async (it) => {
  await mc(it, 'mb', 'lab/plain')
  await mc(it, 'mb', '--with-lock', 'lab/surrounded')
  await mc(it, 'mb', '--with-lock', 'lab/elsewhere')
  assert.equal(await it.store.unmanagedSettings('plain'), {
    is: 'present',
    value: { objectLock: false, replicatesTo: [], notifies: [], quotaBytes: 0 },
  })
  await mc(it, 'quota', 'set', 'lab/surrounded', '--size', '1GiB')
  const { host } = new URL(it.lab.env.MINIO_ENDPOINT as string)
  const login = `${it.lab.env.MINIO_ACCESS_KEY}:${it.lab.env.MINIO_SECRET_KEY}`
  await mc(it, 'replicate', 'add', 'lab/surrounded', '--remote-bucket', `https://${login}@${host}/elsewhere`)
  const read = await it.store.unmanagedSettings('surrounded')
  assert.ok(read.is === 'present')
  assert.equal([read.value.objectLock, read.value.quotaBytes, read.value.replicationTargets.length], [true, 2 ** 30, 1])
  assert.match(read.value.replicationTargets[0] ?? '', /^arn:minio:replication:.*elsewhere$/)
  assert.is((await it.store.unmanagedSettings('missing')).is, 'absent')
})

objectStore('a user without one of the rights is told which', async (it) => {
  const actions = ['s3:GetReplicationConfiguration', 's3:GetBucketNotification', 's3:GetBucketObjectLockConfiguration']
  const policy = join(it.lab.dir, 'half-watcher.json')
  const statements = [
    { Effect: 'Allow', Action: actions, Resource: ['arn:aws:s3:::*'] },
    { Effect: 'Allow', Action: ['admin:ServerInfo'] },
  ]
  await writeFile(policy, JSON.stringify({ Version: '2012-10-17', Statement: statements }))
  await mc(it, 'admin', 'user', 'add', 'lab', 'half-watcher', 'half-watcher-secret')
  await mc(it, 'admin', 'policy', 'create', 'lab', 'half-watcher', policy)
  await mc(it, 'admin', 'policy', 'attach', 'lab', 'half-watcher', '--user', 'half-watcher')
  await mc(it, 'mb', '--ignore-existing', 'lab/plain')
  const read = await open(it, { user: 'half-watcher', secret: 'half-watcher-secret' }).unmanagedSettings('plain')
  assert.ok(read.is === 'unknown')
  assert.match(read.why.summary, /does not allow admin:GetBucketQuota on the bucket plain/)
})

objectStore.run()
