import type { Bucket, Installation, Resolved } from '../../../../src/installation/installation.ts'
import type { BucketChange, BucketMaterial } from '../../../../src/kinds/bucket/facts.ts'
import { bucket } from '../../../../src/kinds/bucket.ts'
import type { ApplyContext, Declared, ReadContext, Upstream } from '../../../../src/kinds/kind.ts'
import { decide } from '../../../../src/plan/decide.ts'
import type { Address } from '../../../../src/values/address.ts'
import type { FactMap } from '../../../../src/values/json.ts'
import type { Position } from '../../../../src/values/position.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../../../src/values/readResult.ts'
import type { LiveBucket, ObjectStoreReads, ObjectStoreWrites, UnmanagedSettings } from '../../../../src/world/ports/objectStore.ts'

export const NEW: LiveBucket = { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] }
export const why = { code: 'minio/silent', summary: 'MinIO does not answer.', remedy: 'none' }

/** Buckets in memory; every call that writes, and every question whether one is empty, is logged. */
export class FakeStore implements ObjectStoreReads, ObjectStoreWrites {
  readonly buckets = new Map<string, LiveBucket>()
  readonly filled = new Set<string>()
  readonly log: string[] = []
  answers = true
  surroundings: Partial<UnmanagedSettings> = {}
  /** Called before a write: what somebody else does meanwhile. */
  meanwhile: () => void = () => undefined

  constructor(buckets: { readonly [name: string]: LiveBucket } = {}) {
    for (const [name, live] of Object.entries(buckets)) this.buckets.set(name, live)
  }
  identity = async (): Promise<ReadResult<string>> => present('id')
  bucket = async (name: string): Promise<ReadResult<LiveBucket>> => {
    const live = this.buckets.get(name)
    return this.answers ? (live ? present(live) : absent('NoSuchBucket')) : unknown(why)
  }
  unmanagedSettings = async (): Promise<ReadResult<UnmanagedSettings>> =>
    this.answers
      ? present({ objectLock: false, replicationTargets: [], notificationTargets: [], quotaBytes: 0, ...this.surroundings })
      : unknown(why)
  isEmpty = async (name: string): Promise<ReadResult<boolean>> => {
    this.log.push(`empty? ${name}`)
    return this.answers ? present(!this.filled.has(name)) : unknown(why)
  }
  createBucket = async (name: string) => this.#write(`create ${name}`, name, NEW)
  setVersioning: ObjectStoreWrites['setVersioning'] = async (name, versioning) =>
    this.#write(`versioning ${name} ${versioning.status}`, name, { ...this.#live(name), versioning })
  setLifecycle: ObjectStoreWrites['setLifecycle'] = async (name, rules) =>
    this.#write(`lifecycle ${name} ${rules.map((one) => one.id).join(',')}`, name, { ...this.#live(name), rules })
  removePolicy = async (name: string) => {
    const { policy: _, ...rest } = this.#live(name)
    this.#write(`no policy ${name}`, name, rest)
  }
  removeBucket = async (name: string) => {
    this.log.push(`remove ${name}`)
    this.buckets.delete(name)
  }
  work(): ReadContext & ApplyContext {
    const assertLockHeld = async () => {
      this.log.push('assertLockHeld')
      this.meanwhile()
    }
    return { world: { objectStore: this }, view: { objectStore: this }, assertLockHeld, emit: () => undefined } as unknown as ReadContext &
      ApplyContext
  }
  #live(name: string): LiveBucket {
    return this.buckets.get(name) ?? NEW
  }
  #write(what: string, name: string, live: LiveBucket): void {
    this.log.push(what)
    this.buckets.set(name, live)
  }
}

const position = (line: number): Position => ({ file: 'desired-state.yaml', line, col: 5 })
export const POSITIONS = new Map([
  ['/objectStorage/buckets/run-logs', position(20)],
  ['/objectStorage/buckets/run-logs/expireAfterDays', position(21)],
  ['/objectStorage/extraBuckets/acme', position(30)],
  ['/objectStorage/extraBuckets/acme/expireAfterDays', position(31)],
])

export const RUN_LOGS: Bucket = { role: 'run-logs', name: 'logs', versioning: 'enabled', expireAfterDays: 60 }

export function declare(...buckets: readonly Bucket[]): readonly Declared<BucketMaterial>[] {
  const installation = { objectStorage: { buckets }, positions: POSITIONS } as unknown as Installation
  return bucket.declare({ installation, secrets: new Map(), chart: {} as Resolved['chart'] })
}

/** What a plan makes of one bucket. */
export async function planOf(store: FakeStore, one: Bucket = RUN_LOGS, last?: FactMap): Promise<BucketChange & { action: string }> {
  const [declared] = declare(one) as [Declared<BucketMaterial>]
  const seen = await bucket.observe(store.work(), declared)
  const { facts, basis } = await bucket.desire(store.work(), declared, seen, {} as Upstream)
  const { action, edits } = decide({
    desired: facts,
    observed: seen as never,
    last,
    origins: declared.origins,
    replaceOnly: bucket.replaceOnly,
  })
  return { address: declared.address as Address, action: action as never, edits, declared, desired: facts, basis, observed: seen }
}

export async function codeOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work()
  } catch (error) {
    return error instanceof ProblemError ? error.problems.map((p) => p.code).join(' ') : String(error)
  }
  return undefined
}
