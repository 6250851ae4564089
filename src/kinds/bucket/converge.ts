import { canonicalJson, type FactValue, segments } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { LiveBucket } from '../../world/ports/objectStore.ts'
import type { ApplyContext, Recorded } from '../kind.ts'
import { changedMeanwhile, notAsWritten, notEmpty } from './bucketProblems.ts'
import { rulesToWrite } from './desiredRules.ts'
import type { BucketChange, BucketFacts, BucketObservation } from './facts.ts'
import { bucketName, checkEmpty, observeBucket } from './observeBucket.ts'

/** Observes the bucket again and writes what was planned, if the bucket is still as observed. */
export async function converge(context: ApplyContext, change: BucketChange): Promise<{ facts: BucketFacts; guard: string }> {
  const { address, desired, observed } = change
  const now = await observeBucket(context.world.objectStore, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Another client (an apply that was killed, perhaps) has already written it.
  if (now.is === 'present' && isSame(now.facts, desired)) return { facts: now.facts, guard: now.guard }
  if (guardOf(now) !== guardOf(observed)) throw new ProblemError(changedMeanwhile(bucketName(address), 'another client changed it'))
  await assertStillEmpty(context, change)
  await write(context, change, now)
  return readBack(context, change)
}

/** No consent was required because the bucket was empty: that must still hold. */
async function assertStillEmpty({ world }: ApplyContext, { address, basis }: BucketChange): Promise<void> {
  if (basis.empty !== true) return
  const name = bucketName(address)
  const { empty } = await checkEmpty(world.objectStore, name)
  if (empty !== true) throw new ProblemError(changedMeanwhile(name, 'it was empty and is no longer'))
}

/** Versioning before expiry: objects that expire are then kept as versions where that is declared. */
async function write(
  { world, assertLockHeld }: ApplyContext,
  { address, edits, desired, declared }: BucketChange,
  now: BucketObservation,
): Promise<void> {
  const store = world.objectStore
  const name = bucketName(address)
  const edited = new Set(edits.map(({ pointer }) => segments(pointer)[0]))
  const live = now.is === 'present' ? now.evidence : NEW_BUCKET
  if (now.is === 'absent') {
    await assertLockHeld()
    await store.createBucket(name)
  }
  const isVersioningEdited = VERSIONING_FACTS.some((fact) => edited.has(fact))
  if (isVersioningEdited && !(desired.versioning === 'off' && live.versioning.status === 'never-set')) {
    await assertLockHeld()
    const status = desired.versioning === 'enabled' ? 'enabled' : 'suspended'
    await store.setVersioning(name, {
      status,
      excludedPrefixes: Object.keys(desired.excludedPrefixes),
      excludeFolders: desired.excludeFolders,
    })
  }
  const rules = rulesToWrite(declared.material.rules, live.rules)
  if (edited.has('rules') && rules.length + live.rules.length > 0) {
    await assertLockHeld()
    await store.setLifecycle(name, rules)
  }
  if (edited.has('policy') && live.policy !== undefined) {
    await assertLockHeld()
    await store.removePolicy(name)
  }
}

const VERSIONING_FACTS = ['versioning', 'excludedPrefixes', 'excludeFolders'] as const
const NEW_BUCKET: LiveBucket = { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] }

/** That MinIO accepted the writes does not prove that they took effect. */
async function readBack({ world }: ApplyContext, { address, desired }: BucketChange): Promise<{ facts: BucketFacts; guard: string }> {
  const now = await observeBucket(world.objectStore, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'present' && isSame(now.facts, desired)) return { facts: now.facts, guard: now.guard }
  const differs = now.is === 'absent' ? 'it does not exist' : KEYS.filter((key) => !isSame(now.facts[key], desired[key])).join(', ')
  throw new ProblemError(notAsWritten(bucketName(address), differs))
}

const KEYS = ['versioning', 'excludedPrefixes', 'excludeFolders', 'rules', 'policy'] as const

/** Removes an empty bucket. */
export async function remove(
  { world, assertLockHeld }: ApplyContext,
  { address }: Recorded<BucketFacts>,
  observed: BucketObservation,
): Promise<void> {
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  if (observed.is === 'absent') return
  const name = bucketName(address)
  const read = await world.objectStore.isEmpty(name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  if (read.is === 'absent') return
  if (!read.value) throw new ProblemError(notEmpty(name))
  await assertLockHeld()
  await world.objectStore.removeBucket(name)
}

function guardOf(observed: BucketObservation): string {
  return observed.is === 'present' ? observed.guard : observed.is
}

function isSame(a: FactValue, b: FactValue): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
