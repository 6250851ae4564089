import type { Address } from '../../values/address.ts'
import { type FactValue, pointer } from '../../values/json.ts'
import { showSize } from '../../values/size.ts'
import type { ObjectStoreReads, UnmanagedSettings } from '../../world/ports/objectStore.ts'
import type { UnmanagedDifference } from '../kind.ts'
import type { BucketObservation } from './facts.ts'
import { bucketName, observeBucket } from './observeBucket.ts'

/** A bucket with its unmanaged differences. */
export async function observeUnmanaged(store: ObjectStoreReads, address: Address): Promise<BucketObservation> {
  const name = bucketName(address)
  const [observed, settings] = await Promise.all([observeBucket(store, address), store.unmanagedSettings(name)])
  if (observed.is !== 'present') return observed
  // Without these settings the check is incomplete, which must not look like "no differences".
  if (settings.is === 'unknown') return { is: 'unknown', why: settings.why }
  return { ...observed, unmanaged: settings.is === 'present' ? unmanagedDifferences(settings.value, name) : [] }
}

/** The guide configures none of these; undoing them could lose data or break other clients. */
function unmanagedDifferences(
  { objectLock, replicationTargets, notificationTargets, quotaBytes }: UnmanagedSettings,
  name: string,
): readonly UnmanagedDifference[] {
  return [
    ...(objectLock ? [difference(['objectLock'], 'off', 'on', LOCKED, `mc retention info ALIAS/${name}`)] : []),
    ...replicationTargets.map((target) => difference(['replication', target], 'none', 'on', REPLICATED, `mc replicate ls ALIAS/${name}`)),
    ...notificationTargets.map((target) => difference(['notification', target], 'none', 'on', NOTIFIES, `mc event ls ALIAS/${name}`)),
    ...(quotaBytes > 0 ? [difference(['quota'], 'none', showSize(quotaBytes), LIMITED, `mc quota info ALIAS/${name}`)] : []),
  ]
}

const LOCKED = 'Locked objects cannot be deleted, so Spacelift may fail to remove old data.'
const REPLICATED = 'Every object in this bucket is copied to that target.'
const NOTIFIES = 'Events of this bucket are sent to that target.'
const LIMITED = 'When the quota is reached, Spacelift can no longer write.'

function difference(
  path: readonly string[],
  expected: FactValue,
  actual: FactValue,
  summary: string,
  command: string,
): UnmanagedDifference {
  return { pointer: pointer(...path), expected, actual, summary, remedy: `groundcrew does not undo it. Check it: ${command}` }
}
