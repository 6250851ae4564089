import { bucketPlace } from '../installation/bucketPlace.ts'
import type { Bucket, Installation } from '../installation/installation.ts'
import { address } from '../values/address.ts'
import { pointer } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { LiveBucket } from '../world/ports/objectStore.ts'
import { needsConsent, noncurrentStay, notEmpty } from './bucket/bucketProblems.ts'
import { converge, remove } from './bucket/converge.ts'
import { declaredRules } from './bucket/desiredRules.ts'
import { newlyExpiring } from './bucket/expiry.ts'
import { type BucketBasis, type BucketChange, type BucketFacts, type BucketMaterial, readFacts, type Seen } from './bucket/facts.ts'
import { emptiness, nameOf, observe } from './bucket/observeBucket.ts'
import { observeUnmanaged } from './bucket/observeUnmanaged.ts'
import { accessWithout } from './bucket/policy.ts'
import { EXPIRE_CURRENT, EXPIRE_NONCURRENT, ruleFacts } from './bucket/rules.ts'
import {
  type Declared,
  type Finding,
  type Impact,
  type Kind,
  NO_IMPACT,
  type Origins,
  type ReadContext,
  type Recorded,
  type RemovalDeclined,
  type RemovalPolicy,
} from './kind.ts'

/** The guide's buckets and the extra ones, with their versioning, lifecycle rules and policy: `bucket/NAME`. */
export const bucket: Kind<BucketFacts, BucketMaterial, LiveBucket, BucketBasis> = {
  name: 'bucket',
  holdsData: true,
  replaceOnly: [],
  readFacts,
  declare: ({ installation }) => installation.objectStorage.buckets.map((one) => declareOne(one, installation)),
  observe: ({ view, includeUnmanaged: watches = false }, it) =>
    watches ? observeUnmanaged(view.objectStore, it.address) : observe(view.objectStore, it.address),
  desire: desire,
  exposedTo: () => ({}),
  impact,
  converge,
  removal,
  remove,
}

/** The guide's buckets hold what Spacelift cannot do without; what an extra one is for, its owner knows. */
const EXTRA_GONE: RemovalPolicy = { created: 'remove', adopted: 'forget' }

function declareOne(one: Bucket, installation: Installation): Declared<BucketMaterial> {
  return {
    address: address('bucket', one.name),
    material: { bucket: one, rules: declaredRules(one) },
    after: [],
    origins: originsOf(one, installation),
    ...(one.role === undefined && { removalPolicy: EXTRA_GONE }),
  }
}

function originsOf(one: Bucket, { positions }: Installation): Origins {
  const of = (...keys: string[]) => positions.get(pointer(...bucketPlace(one), ...keys))
  // The guide says nothing of an extra bucket: what is not written follows from its being declared.
  const rest = (one.role === undefined ? of() : undefined) ?? 'guide'
  const key = (name: string) => of(name) ?? rest
  return new Map([
    ['', of() ?? 'guide'],
    ['/versioning', key('versioning')],
    ['/excludedPrefixes', rest],
    ['/excludeFolders', rest],
    ['/rules', rest],
    [pointer('rules', EXPIRE_CURRENT), key('expireAfterDays')],
    [pointer('rules', EXPIRE_NONCURRENT), key('noncurrentDays')],
    ['/policy', rest],
  ])
}

async function desire({ view }: ReadContext, declared: Declared<BucketMaterial>, seen: Seen) {
  const { bucket, rules } = declared.material
  const facts: BucketFacts = {
    versioning: bucket.versioning,
    excludedPrefixes: {},
    excludeFolders: false,
    rules: ruleFacts(rules),
    policy: 'none',
  }
  const bites = seen.is === 'present' && newlyExpiring(seen.facts.rules, facts.rules).length > 0
  const basis = bites ? await emptiness(view.objectStore, bucket.name) : {}
  return { facts, basis, findings: findings(declared) }
}

function findings(declared: Declared<BucketMaterial>): readonly Finding[] {
  const { versioning, expireAfterDays, noncurrentDays } = declared.material.bucket
  return versioning === 'enabled' && expireAfterDays !== undefined && noncurrentDays === undefined ? [noncurrentStay(declared)] : []
}

function impact({ address, observed: seen, desired: wanted, basis }: BucketChange): Impact {
  if (seen.is !== 'present') return NO_IMPACT
  const name = nameOf(address)
  const losses = basis.empty === true ? [] : newlyExpiring(seen.facts.rules, wanted.rules)
  return {
    restarts: [],
    dataAtRisk: losses.map((what) => ({ address, what })),
    access: seen.facts.policy === 'none' ? [] : accessWithout(seen.facts.policy, name),
    refusals: losses.length === 0 ? [] : [needsConsent(name, losses, basis.empty)],
  }
}

async function removal({ view }: ReadContext, it: Recorded<BucketFacts>): Promise<Impact | RemovalDeclined> {
  const name = nameOf(it.address)
  const read = await view.objectStore.isEmpty(name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' && !read.value ? { declined: notEmpty(name) } : NO_IMPACT
}
