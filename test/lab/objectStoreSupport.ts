import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Lab, startLab } from '../../scripts/lab/index.ts'
import type { Bucket } from '../../src/installation/installation.ts'
import { bucket } from '../../src/kinds/bucket.ts'
import type { Problem } from '../../src/values/problem.ts'
import type { ReadResult } from '../../src/values/readResult.ts'
import { Sealed } from '../../src/values/sealed.ts'
import { connectObjectStore, type ObjectStore, type ObjectStoreOptions } from '../../src/world/s3/objectStore.ts'
import { codeOf, type FakeStore, planOf } from '../unit/kinds/bucket/fakeStore.ts'

export type Context = { lab: Lab; ca: string; store: ObjectStore; opened: ObjectStore[] }

/** A suite with a lab and a store on its MinIO. */
export function storeSuite(name: string) {
  const objectStore = suite<Context>(name)
  objectStore.before(async (context) => {
    context.lab = await startLab()
    context.ca = await readFile(context.lab.env.MINIO_CA as string, 'utf8')
    context.opened = []
    context.store = open(context)
  })
  objectStore.after(async (context) => {
    for (const store of context.opened ?? []) store.close()
    await context.lab?.stop()
  })
  return objectStore
}

export function open(context: Context, more: Partial<ObjectStoreOptions> & { user?: string; secret?: string } = {}): ObjectStore {
  const { env } = context.lab
  const { user = env.MINIO_ACCESS_KEY as string, secret = env.MINIO_SECRET_KEY as string, ...rest } = more
  const store = connectObjectStore({
    endpoint: env.MINIO_ENDPOINT as string,
    ca: context.ca,
    region: 'us-east-1',
    accessKey: Sealed.of(user),
    secretKey: Sealed.of(secret),
    ...rest,
  })
  context.opened.push(store)
  return store
}

export async function mc({ lab }: Context, ...args: string[]): Promise<string> {
  return (await promisify(execFile)('mc', args, { env: { ...process.env, ...lab.env } })).stdout
}

/** The real store, as a kind receives it. */
export const asWorld = (store: ObjectStore): FakeStore =>
  ({
    work: () => ({ world: { objectStore: store }, view: { objectStore: store }, assertLockHeld: async () => undefined }),
  }) as unknown as FakeStore
export const plan = (context: Context, declared: Bucket) => planOf(asWorld(context.store), declared)
export const apply = async (context: Context, declared: Bucket) =>
  bucket.converge(asWorld(context.store).work(), await plan(context, declared))

export const named = (name: string): Bucket => ({ role: 'run-logs', name, versioning: 'enabled', expireAfterDays: 60, noncurrentDays: 7 })

export function whyOf(read: ReadResult<unknown>): Problem {
  assert.is(read.is, 'unknown', JSON.stringify(read))
  return (read as { why: Problem }).why
}

/** Every request to the store fails with this problem. */
export async function assertAlways(store: ObjectStore, code: string): Promise<void> {
  const reads = await Promise.all([store.bucket('any'), store.isEmpty('any'), store.identity()])
  for (const read of reads) assert.is(whyOf(read).code, code)
  assert.is(await codeOf(() => store.createBucket('any')), code)
}
