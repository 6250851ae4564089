import { createHash } from 'node:crypto'
import type { Address } from '../../values/address.ts'
import { canonicalJson, type Json } from '../../values/json.ts'
import type { LiveBucket, ObjectStoreReads } from '../../world/ports/objectStore.ts'
import { type BucketBasis, type BucketObservation, factsOf } from './facts.ts'

/** All managed settings of a bucket, with their digest as guard. */
export async function observeBucket(store: ObjectStoreReads, address: Address): Promise<BucketObservation> {
  const read = await store.bucket(bucketName(address))
  if (read.is !== 'present') return read
  const facts = factsOf(read.value)
  return { is: 'present', facts, guard: digest(read.value), evidence: read.value, by: new Map() }
}

/** MinIO has no resource version for a bucket's settings, so a digest of what was read takes its place. */
function digest(live: LiveBucket): string {
  return createHash('sha256')
    .update(canonicalJson(live as unknown as Json))
    .digest('hex')
}

/** Whether a bucket is empty; noncurrent versions and delete markers count as contents. */
export async function checkEmpty(store: ObjectStoreReads, name: string): Promise<BucketBasis> {
  const read = await store.isEmpty(name)
  return read.is === 'present' ? { empty: read.value } : {}
}

export function bucketName(address: Address): string {
  return address.slice(address.indexOf('/') + 1)
}
