import type { Bucket } from '../../installation/installation.ts'
import { isMap, type Json } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { unreadableRecord } from '../../values/stateProblems.ts'
import type { LifecycleRule, LiveBucket } from '../../world/ports/objectStore.ts'
import type { Change, Observation } from '../kind.ts'
import { type RuleFacts, ruleFacts } from './rules.ts'

export type BucketFacts = {
  /** `off`: never set, or suspended. A bucket cannot return to never set, and both mean the same. */
  readonly versioning: 'enabled' | 'off'
  readonly excludedPrefixes: { readonly [prefix: string]: true }
  readonly excludeFolders: boolean
  readonly rules: RuleFacts
  /** `none`, or the policy's canonical JSON. */
  readonly policy: string
}

export type BucketMaterial = { readonly bucket: Bucket; readonly rules: readonly LifecycleRule[] }

/** `empty` is read only when an expiry would newly take effect, and undefined when it could not be read. */
export type BucketBasis = { readonly empty?: boolean }

export type BucketObservation = Observation<BucketFacts, LiveBucket>
export type BucketChange = Change<BucketFacts, BucketMaterial, LiveBucket, BucketBasis>

/** Throws a ProblemError for anything but facts as a state stores them. */
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
  throw new ProblemError(unreadableRecord('bucket'))
}

/** A live bucket as facts. */
export function factsOf({ versioning, rules, policy = 'none' }: LiveBucket): BucketFacts {
  return {
    versioning: versioning.status === 'enabled' ? 'enabled' : 'off',
    excludedPrefixes: Object.fromEntries(versioning.excludedPrefixes.map((prefix) => [prefix, true as const])),
    excludeFolders: versioning.excludeFolders,
    rules: ruleFacts(rules),
    policy,
  }
}
