import type { Address } from '../../values/address.ts'
import { type FactValue, pointer } from '../../values/json.ts'
import { showSize } from '../../values/size.ts'
import type { ObjectStoreReads, UnmanagedSettings } from '../../world/ports/objectStore.ts'
import type { UnmanagedDifference } from '../kind.ts'
import type { Seen } from './facts.ts'
import { nameOf, observe } from './observeBucket.ts'

/** A bucket with what surrounds it. */
export async function observeUnmanaged(store: ObjectStoreReads, it: Address): Promise<Seen> {
  const name = nameOf(it)
  const [seen, around] = await Promise.all([observe(store, it), store.unmanagedSettings(name)])
  if (seen.is !== 'present') return seen
  // Made or removed between the two questions, or not to be told: then not all was looked at.
  if (around.is === 'unknown') return { is: 'unknown', why: around.why }
  return { ...seen, unmanaged: around.is === 'present' ? unexpected(around.value, name) : [] }
}

/** The guide sets none of these up; undoing them could lose data or cut off others. */
export function unexpected(
  { objectLock, replicationTargets, notificationTargets, quotaBytes }: UnmanagedSettings,
  name: string,
): readonly UnmanagedDifference[] {
  return [
    ...(objectLock ? [watched('objectLock', 'off', 'on', LOCKED, `mc retention info ALIAS/${name}`)] : []),
    ...replicationTargets.map((target) => watched(['replication', target], 'none', 'on', WAY_OUT, `mc replicate ls ALIAS/${name}`)),
    ...notificationTargets.map((target) => watched(['notification', target], 'none', 'on', TOLD, `mc event ls ALIAS/${name}`)),
    ...(quotaBytes > 0 ? [watched('quota', 'none', showSize(quotaBytes), LIMITED, `mc quota info ALIAS/${name}`)] : []),
  ]
}

const LOCKED = 'Objects under a lock cannot be deleted, so Spacelift may not get rid of what it has to.'
const WAY_OUT = 'Everything in this bucket is copied there.'
const TOLD = 'What happens in this bucket is told there.'
const LIMITED = 'When it is full, Spacelift can no longer write.'

function watched(
  where: string | readonly string[],
  expected: FactValue,
  actual: FactValue,
  summary: string,
  command: string,
): UnmanagedDifference {
  const parts = typeof where === 'string' ? [where] : where
  return { pointer: pointer(...parts), expected, actual, summary, remedy: `It is not undone by groundcrew; look at it: ${command}` }
}
