import { READERS, SECRET_NAMES, WORKLOADS } from '../../installation/spacelift.ts'
import type { Address } from '../../values/address.ts'
import { keyIdOf } from '../../values/fingerprint.ts'
import { canonicalJson, pointer } from '../../values/json.ts'
import { present, type ReadResult } from '../../values/readResult.ts'
import type { LivePod, LiveSecret } from '../../world/ports/cluster.ts'
import type { OutdatedReaders, ReadContext, Recorded, UnmanagedDifference } from '../kind.ts'
import type { SecretFacts } from '../secret.ts'
import { type Bookkeeping, bookkeepingOf, outdatedReaders, readBookkeeping, type Values } from './readers.ts'
import { valuesWrittenAt } from './valuesWrittenAt.ts'

type Keys = SecretFacts['keys']
type Question = {
  readonly live: LiveSecret
  readonly last: Recorded<SecretFacts> | undefined
  /** Fingerprints of the values as they are, and as they are to be. */
  readonly is: Keys
  readonly willBe: Keys
  readonly isAfterApply?: boolean
}

/** Which readers of a secret hold other values than they should, and what to remember of all of them. */
export async function observeReaders(
  { view }: ReadContext,
  address: Address,
  question: Question,
): Promise<{ readonly stale: OutdatedReaders; readonly bookkeeping: Bookkeeping | undefined }> {
  const [, namespace = '', name = ''] = address.split('/')
  const known = readBookkeeping(question.last?.bookkeeping)
  const pods = await view.cluster.pods(namespace)
  if (pods.is === 'unknown') return { stale: new Map(), bookkeeping: known }
  const { isAfterApply = false } = question
  const look = { ...partsOf(question, name), pods: pods.is === 'present' ? pods.value : [], bookkeeping: known, isAfterApply }
  const stale = outdatedReaders(look)
  return {
    stale: new Map(stale.map((one) => [one, [`they started while ${address} held other values`]])),
    bookkeeping: bookkeepingOf(look, stale),
  }
}

/** The same for a report of drift, which asks for the pods only where something was written since. */
export async function staleSince(
  { view }: ReadContext,
  last: Recorded<SecretFacts>,
  { keys }: SecretFacts,
  live: LiveSecret,
): Promise<ReadResult<readonly UnmanagedDifference[]>> {
  const [, namespace = '', name = ''] = last.address.split('/')
  const bookkeeping = readBookkeeping(last.bookkeeping)
  const parts = partsOf({ live, last, is: keys, willBe: last.facts.keys }, name)
  if (bookkeeping === undefined || (parts.values === 'same' && parts.written === bookkeeping.at)) return present([])
  const read: ReadResult<readonly LivePod[]> = await view.cluster.pods(namespace)
  // That the secret itself drifted is told either way.
  if (read.is === 'unknown') return parts.values === 'same' ? read : present([])
  const stale = outdatedReaders({ ...parts, pods: read.is === 'present' ? read.value : [], bookkeeping })
  return present(stale.map(watched))
}

function watched(deployment: string): UnmanagedDifference {
  return {
    pointer: pointer('readers', deployment),
    expected: 'these values',
    actual: 'other values',
    summary: 'Its pods started while the secret held other values.',
    remedy: 'An apply restarts them.',
    isRepaired: true,
  }
}

function partsOf({ live, last, is, willBe }: Question, name: string) {
  return {
    values: valuesOf(last?.facts.keys ?? willBe, is, willBe),
    written: valuesWrittenAt(live.managedFields),
    readers: readersOf(name),
  }
}

function valuesOf(was: Keys, is: Keys, willBe: Keys): Values {
  const [isWanted, wasWanted] = [isSame(is, willBe), isSame(was, willBe)]
  if (wasWanted) return isWanted ? 'same' : 'foreign'
  return isWanted ? 'new' : 'pending'
}

/** Under another encryption key nothing can be compared, and everything is restarted by its new fingerprint anyway. */
function isSame(a: Keys, b: Keys): boolean {
  const [one, other] = [a, b].map((keys) => keyIdOf(Object.values(keys)[0]))
  return one !== other || canonicalJson(a) === canonicalJson(b)
}

function readersOf(name: string): string[] {
  const readers = READERS.filter((one) => SECRET_NAMES[one] === name)
  return WORKLOADS.filter(({ secrets }) => secrets.some((one) => readers.includes(one))).map(({ deployment }) => deployment)
}
