import { canonicalJson, type FactValue, segments } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { LiveBucket } from '../../world/ports/objectStore.ts'
import type { ApplyContext, Recorded } from '../kind.ts'
import { changedMeanwhile, notAsWritten, notEmpty } from './bucketProblems.ts'
import { rulesToWrite } from './desiredRules.ts'
import type { BucketChange, BucketFacts, Seen } from './facts.ts'
import { emptiness, nameOf, observe } from './observeBucket.ts'

/** Looks again, then writes what was planned if what was seen is still there. */
export async function converge(work: ApplyContext, change: BucketChange): Promise<{ facts: BucketFacts; guard: string }> {
  const { address, desired: wanted, observed: seen } = change
  const store = work.world.objectStore
  const now = await observe(store, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Somebody (an apply that was killed, perhaps) has already done it.
  if (now.is === 'present' && same(now.facts, wanted)) return { facts: now.facts, guard: now.guard }
  if (guardOf(now) !== guardOf(seen)) throw new ProblemError(changedMeanwhile(nameOf(address), 'something else changed it'))
  await assertStillEmpty(work, change)
  await write(work, change, now)
  return readBack(work, change)
}

/** Consent was not asked for because the bucket was empty: it has to be so still. */
async function assertStillEmpty({ world }: ApplyContext, { address, basis }: BucketChange): Promise<void> {
  if (basis.empty !== true) return
  const name = nameOf(address)
  const { empty } = await emptiness(world.objectStore, name)
  if (empty !== true) throw new ProblemError(changedMeanwhile(name, 'it was empty, and is so no longer'))
}

/** Versioning before expiry: what expires is then kept as a version where the declared state says so. */
async function write(
  { world, assertLockHeld }: ApplyContext,
  { address, edits, desired: wanted, declared }: BucketChange,
  now: Seen,
): Promise<void> {
  const store = world.objectStore
  const name = nameOf(address)
  const edited = new Set(edits.map(({ pointer }) => segments(pointer)[0]))
  const there = now.is === 'present' ? now.evidence : NEW_BUCKET
  if (now.is === 'absent') {
    await assertLockHeld()
    await store.createBucket(name)
  }
  const versioned = VERSIONING_FACTS.some((fact) => edited.has(fact))
  if (versioned && !(wanted.versioning === 'off' && there.versioning.status === 'never-set')) {
    await assertLockHeld()
    const status = wanted.versioning === 'enabled' ? 'enabled' : 'suspended'
    await store.setVersioning(name, {
      status,
      excludedPrefixes: Object.keys(wanted.excludedPrefixes),
      excludeFolders: wanted.excludeFolders,
    })
  }
  const rules = rulesToWrite(declared.material.rules, there.rules)
  if (edited.has('rules') && rules.length + there.rules.length > 0) {
    await assertLockHeld()
    await store.setLifecycle(name, rules)
  }
  if (edited.has('policy') && there.policy !== undefined) {
    await assertLockHeld()
    await store.removePolicy(name)
  }
}

const VERSIONING_FACTS = ['versioning', 'excludedPrefixes', 'excludeFolders'] as const
const NEW_BUCKET: LiveBucket = { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] }

/** What MinIO took is not yet what it says. */
async function readBack(
  { world }: ApplyContext,
  { address, desired: wanted }: BucketChange,
): Promise<{ facts: BucketFacts; guard: string }> {
  const now = await observe(world.objectStore, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'present' && same(now.facts, wanted)) return { facts: now.facts, guard: now.guard }
  const differs = now.is === 'absent' ? 'it is gone' : KEYS.filter((key) => !same(now.facts[key], wanted[key])).join(', ')
  throw new ProblemError(notAsWritten(nameOf(address), differs))
}

const KEYS = ['versioning', 'excludedPrefixes', 'excludeFolders', 'rules', 'policy'] as const

/** Takes an empty bucket away. */
export async function remove({ world, assertLockHeld }: ApplyContext, { address }: Recorded<BucketFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  const name = nameOf(address)
  const read = await world.objectStore.isEmpty(name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  if (read.is === 'absent') return
  if (!read.value) throw new ProblemError(notEmpty(name))
  await assertLockHeld()
  await world.objectStore.removeBucket(name)
}

function guardOf(seen: Seen): string {
  return seen.is === 'present' ? seen.guard : seen.is
}

function same(a: FactValue, b: FactValue): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
