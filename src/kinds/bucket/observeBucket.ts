import { createHash } from 'node:crypto'
import type { Address } from '../../values/address.ts'
import { canonicalJson, type Json } from '../../values/json.ts'
import type { LiveBucket, ObjectStoreReads } from '../../world/ports/objectStore.ts'
import { type BucketBasis, factsOf, type Seen } from './facts.ts'

/** Everything of a bucket, with a digest of it for a guard. */
export async function observe(store: ObjectStoreReads, it: Address): Promise<Seen> {
  const read = await store.bucket(nameOf(it))
  if (read.is !== 'present') return read
  const facts = factsOf(read.value)
  return { is: 'present', facts, guard: digest(read.value), evidence: read.value, by: new Map() }
}

/** MinIO has no resource versions; what was read has to do for one. */
function digest(live: LiveBucket): string {
  return createHash('sha256')
    .update(canonicalJson(live as unknown as Json))
    .digest('hex')
}

/** Whether there is anything in a bucket, old versions included. */
export async function emptiness(store: ObjectStoreReads, name: string): Promise<BucketBasis> {
  const read = await store.isEmpty(name)
  return read.is === 'present' ? { empty: read.value } : {}
}

export function nameOf(it: Address): string {
  return it.slice(it.indexOf('/') + 1)
}
