import type { Bucket, Installation } from '../installation/installation.ts'
import { bucketPath } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { pointer } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { LiveBucket } from '../world/ports/objectStore.ts'
import { needsConsent, noncurrentStay, notEmpty } from './bucket/bucketProblems.ts'
import { converge, remove } from './bucket/converge.ts'
import { declaredRules } from './bucket/desiredRules.ts'
import { newlyExpiring } from './bucket/expiry.ts'
import {
  type BucketBasis,
  type BucketChange,
  type BucketFacts,
  type BucketMaterial,
  type BucketObservation,
  readFacts,
} from './bucket/facts.ts'
import { bucketName, checkEmpty, observeBucket } from './bucket/observeBucket.ts'
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

/** The guide's buckets and the extra buckets, with their versioning, lifecycle rules and policy: `bucket/NAME`. */
export const bucket: Kind<BucketFacts, BucketMaterial, LiveBucket, BucketBasis> = {
  name: 'bucket',
  holdsData: true,
  replaceOnly: [],
  namedAt: ['/objectStorage/buckets'],
  readFacts,
  declare: ({ installation }) => installation.objectStorage.buckets.map((declared) => declareBucket(declared, installation)),
  observe: ({ view, includeUnmanaged = false }, { address }) =>
    includeUnmanaged ? observeUnmanaged(view.objectStore, address) : observeBucket(view.objectStore, address),
  desire,
  exposedTo: () => ({}),
  impact,
  converge,
  removal,
  remove,
}

/** Spacelift cannot run without the guide's buckets; only an extra bucket may be removed. */
const EXTRA_BUCKET_REMOVAL: RemovalPolicy = { created: 'remove', adopted: 'forget' }

function declareBucket(declared: Bucket, installation: Installation): Declared<BucketMaterial> {
  return {
    address: address('bucket', declared.name),
    material: { bucket: declared, rules: declaredRules(declared) },
    after: [],
    origins: originsOf(declared, installation),
    ...(declared.role === undefined && { removalPolicy: EXTRA_BUCKET_REMOVAL }),
  }
}

function originsOf(declared: Bucket, { positions }: Installation): Origins {
  const positionOf = (...keys: string[]) => positions.get(pointer(...bucketPath(declared), ...keys))
  // The guide does not describe extra buckets: their defaults come with their declaration in the file.
  const fallback = (declared.role === undefined ? positionOf() : undefined) ?? 'guide'
  const originOf = (key: string) => positionOf(key) ?? fallback
  return new Map([
    ['', positionOf() ?? 'guide'],
    ['/versioning', originOf('versioning')],
    ['/excludedPrefixes', fallback],
    ['/excludeFolders', fallback],
    ['/rules', fallback],
    [pointer('rules', EXPIRE_CURRENT), originOf('expireAfterDays')],
    [pointer('rules', EXPIRE_NONCURRENT), originOf('noncurrentDays')],
    ['/policy', fallback],
  ])
}

async function desire({ view }: ReadContext, declared: Declared<BucketMaterial>, observed: BucketObservation) {
  const { bucket, rules } = declared.material
  const facts: BucketFacts = {
    versioning: bucket.versioning,
    excludedPrefixes: {},
    excludeFolders: false,
    rules: ruleFacts(rules),
    policy: 'none',
  }
  const isTightened = observed.is === 'present' && newlyExpiring(observed.facts.rules, facts.rules).length > 0
  const basis = isTightened ? await checkEmpty(view.objectStore, bucket.name) : {}
  return { facts, basis, findings: findings(declared) }
}

function findings(declared: Declared<BucketMaterial>): readonly Finding[] {
  const { versioning, expireAfterDays, noncurrentDays } = declared.material.bucket
  return versioning === 'enabled' && expireAfterDays !== undefined && noncurrentDays === undefined ? [noncurrentStay(declared)] : []
}

function impact({ address, observed, desired, basis }: BucketChange): Impact {
  if (observed.is !== 'present') return NO_IMPACT
  const name = bucketName(address)
  const losses = basis.empty === true ? [] : newlyExpiring(observed.facts.rules, desired.rules)
  return {
    restarts: [],
    dataAtRisk: losses.map((what) => ({ address, what })),
    access: observed.facts.policy === 'none' ? [] : accessWithout(observed.facts.policy, name),
    refusals: losses.length === 0 ? [] : [needsConsent(name, losses, basis.empty)],
  }
}

async function removal({ view }: ReadContext, recorded: Recorded<BucketFacts>): Promise<Impact | RemovalDeclined> {
  const name = bucketName(recorded.address)
  const read = await view.objectStore.isEmpty(name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' && !read.value ? { declined: notEmpty(name) } : NO_IMPACT
}
