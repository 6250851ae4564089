import { canonicalJson, type FactValue, segments } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { LiveBucket } from '../../world/ports/objectStore.ts'
import type { Recorded, Work } from '../kind.ts'
import type { BucketChange, BucketFacts, Seen } from './facts.ts'
import { emptiness, look, nameOf } from './look.ts'
import { changedMeanwhile, notAsWritten, notEmpty } from './problems.ts'
import { rulesToWrite } from './wantedRules.ts'

/** Looks again, then writes what was planned if what was seen is still there. */
export async function converge(work: Work, change: BucketChange): Promise<{ facts: BucketFacts; guard: string }> {
  const { address, wanted, seen } = change
  const store = work.world.objectStore
  const now = await look(store, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  // Somebody (an apply that was killed, perhaps) has already done it.
  if (now.is === 'present' && same(now.facts, wanted)) return { facts: now.facts, guard: now.guard }
  if (guardOf(now) !== guardOf(seen)) throw new ProblemError(changedMeanwhile(nameOf(address), 'something else changed it'))
  await stillEmpty(work, change)
  await write(work, change, now)
  return readBack(work, change)
}

/** Consent was not asked for because the bucket was empty: it has to be so still. */
async function stillEmpty({ world }: Work, { address, basis }: BucketChange): Promise<void> {
  if (basis.empty !== true) return
  const name = nameOf(address)
  const { empty } = await emptiness(world.objectStore, name)
  if (empty !== true) throw new ProblemError(changedMeanwhile(name, 'it was empty, and is so no longer'))
}

/** Versioning before expiry: what expires is then kept as a version where the declared state says so. */
async function write({ world, fenced }: Work, { address, edits, wanted, declared }: BucketChange, now: Seen): Promise<void> {
  const store = world.objectStore
  const name = nameOf(address)
  const edited = new Set(edits.map(({ pointer }) => segments(pointer)[0]))
  const there = now.is === 'present' ? now.evidence : NEW_BUCKET
  if (now.is === 'absent') {
    await fenced()
    await store.createBucket(name)
  }
  const versioned = VERSIONING_FACTS.some((fact) => edited.has(fact))
  if (versioned && !(wanted.versioning === 'off' && there.versioning.status === 'never-set')) {
    await fenced()
    const status = wanted.versioning === 'enabled' ? 'enabled' : 'suspended'
    await store.setVersioning(name, {
      status,
      excludedPrefixes: Object.keys(wanted.excludedPrefixes),
      excludeFolders: wanted.excludeFolders,
    })
  }
  const rules = rulesToWrite(declared.material.rules, there.rules)
  if (edited.has('rules') && rules.length + there.rules.length > 0) {
    await fenced()
    await store.setLifecycle(name, rules)
  }
  if (edited.has('policy') && there.policy !== undefined) {
    await fenced()
    await store.removePolicy(name)
  }
}

const VERSIONING_FACTS = ['versioning', 'excludedPrefixes', 'excludeFolders'] as const
const NEW_BUCKET: LiveBucket = { versioning: { status: 'never-set', excludedPrefixes: [], excludeFolders: false }, rules: [] }

/** What MinIO took is not yet what it says. */
async function readBack({ world }: Work, { address, wanted }: BucketChange): Promise<{ facts: BucketFacts; guard: string }> {
  const now = await look(world.objectStore, address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'present' && same(now.facts, wanted)) return { facts: now.facts, guard: now.guard }
  const differs = now.is === 'absent' ? 'it is gone' : KEYS.filter((key) => !same(now.facts[key], wanted[key])).join(', ')
  throw new ProblemError(notAsWritten(nameOf(address), differs))
}

const KEYS = ['versioning', 'excludedPrefixes', 'excludeFolders', 'rules', 'policy'] as const

/** Takes an empty bucket away. */
export async function remove({ world, fenced }: Work, { address }: Recorded<BucketFacts>, seen: Seen): Promise<void> {
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  if (seen.is === 'absent') return
  const name = nameOf(address)
  const read = await world.objectStore.isEmpty(name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  if (read.is === 'absent') return
  if (!read.value) throw new ProblemError(notEmpty(name))
  await fenced()
  await world.objectStore.removeBucket(name)
}

function guardOf(seen: Seen): string {
  return seen.is === 'present' ? seen.guard : seen.is
}

function same(a: FactValue, b: FactValue): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
