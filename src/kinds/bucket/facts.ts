import type { Bucket } from '../../installation/installation.ts'
import { isMap, type Json } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { LifecycleRule, LiveBucket } from '../../world/ports/objectStore.ts'
import type { Change, Observation } from '../kind.ts'
import { unreadableState } from './bucketProblems.ts'
import { type RuleFacts, ruleFacts } from './rules.ts'

export type BucketFacts = {
  /** `off`: never set, or suspended; there is no way back to never set, and both mean the same. */
  readonly versioning: 'enabled' | 'off'
  readonly excludedPrefixes: { readonly [prefix: string]: true }
  readonly excludeFolders: boolean
  readonly rules: RuleFacts
  /** `none`, or its canonical JSON. */
  readonly policy: string
}

export type BucketMaterial = { readonly bucket: Bucket; readonly rules: readonly LifecycleRule[] }

/** `empty` is asked only when an expiry would newly bite, and undefined when nobody could say. */
export type BucketBasis = { readonly empty?: boolean }

export type Seen = Observation<BucketFacts, LiveBucket>
export type BucketChange = Change<BucketFacts, BucketMaterial, LiveBucket, BucketBasis>

/** Stored facts as they were written. Throws a ProblemError for anything else. */
export function readFacts(stored: Json): BucketFacts {
  if (
    isMap(stored) &&
    (stored.versioning === 'enabled' || stored.versioning === 'off') &&
    typeof stored.excludeFolders === 'boolean' &&
    typeof stored.policy === 'string' &&
    isMap(stored.excludedPrefixes) &&
    isMap(stored.rules) &&
    Object.values(stored.rules).every(isMap)
  )
    return stored as unknown as BucketFacts
  throw new ProblemError(unreadableState())
}

/** What MinIO says of a bucket, as facts. */
export function factsOf({ versioning, rules, policy = 'none' }: LiveBucket): BucketFacts {
  return {
    versioning: versioning.status === 'enabled' ? 'enabled' : 'off',
    excludedPrefixes: Object.fromEntries(versioning.excludedPrefixes.map((prefix) => [prefix, true as const])),
    excludeFolders: versioning.excludeFolders,
    rules: ruleFacts(rules),
    policy,
  }
}
