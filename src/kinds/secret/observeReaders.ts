import { READERS, SECRET_NAMES, WORKLOADS } from '../../installation/spacelift.ts'
import type { Address } from '../../values/address.ts'
import { keyIdOf } from '../../values/fingerprint.ts'
import { canonicalJson, pointer } from '../../values/json.ts'
import { present, type ReadResult } from '../../values/readResult.ts'
import type { LivePod, LiveSecret } from '../../world/ports/cluster.ts'
import type { OutdatedReaders, ReadContext, Recorded, UnmanagedDifference } from '../kind.ts'
import { placeOf, type SecretFacts } from './facts.ts'
import { type Bookkeeping, bookkeepingOf, outdatedReaders, readBookkeeping, type ValuesState } from './readers.ts'
import { valuesWrittenAt } from './valuesWrittenAt.ts'

type Keys = SecretFacts['keys']
type SecretVersions = {
  readonly live: LiveSecret
  readonly recorded: Recorded<SecretFacts> | undefined
  /** Fingerprints of the values in the cluster, and as they should be. */
  readonly liveKeys: Keys
  readonly desiredKeys: Keys
  readonly isAfterApply?: boolean
}

/** Which readers of a secret hold outdated values, and what to remember of all of them. */
export async function observeReaders(
  { view }: ReadContext,
  address: Address,
  versions: SecretVersions,
): Promise<{ readonly outdatedReaders: OutdatedReaders; readonly bookkeeping: Bookkeeping | undefined }> {
  const { namespace, name } = placeOf(address)
  const bookkeeping = readBookkeeping(versions.recorded?.bookkeeping)
  const read = await view.cluster.pods(namespace)
  if (read.is === 'unknown') return { outdatedReaders: new Map(), bookkeeping }
  const { isAfterApply = false } = versions
  const pods = read.is === 'present' ? read.value : []
  const readers = { ...readersAndValues(versions, name), pods, bookkeeping, isAfterApply }
  const outdated = outdatedReaders(readers)
  return {
    outdatedReaders: new Map(outdated.map((deployment) => [deployment, [`they started while ${address} held other values`]])),
    bookkeeping: bookkeepingOf(readers, outdated),
  }
}

/** The outdated readers as a drift report shows them; reads the pods only if the values were written since the last apply. */
export async function outdatedSinceApply(
  { view }: ReadContext,
  recorded: Recorded<SecretFacts>,
  { keys }: SecretFacts,
  live: LiveSecret,
): Promise<ReadResult<readonly UnmanagedDifference[]>> {
  const { namespace, name } = placeOf(recorded.address)
  const bookkeeping = readBookkeeping(recorded.bookkeeping)
  const readers = readersAndValues({ live, recorded, liveKeys: keys, desiredKeys: recorded.facts.keys }, name)
  const isUnchanged = readers.values === 'unchanged'
  if (bookkeeping === undefined || (isUnchanged && readers.written === bookkeeping.at)) return present([])
  const read: ReadResult<readonly LivePod[]> = await view.cluster.pods(namespace)
  // Even without the pods, drift of the secret itself is reported.
  if (read.is === 'unknown') return isUnchanged ? read : present([])
  const outdated = outdatedReaders({ ...readers, pods: read.is === 'present' ? read.value : [], bookkeeping })
  return present(outdated.map(outdatedReader))
}

function outdatedReader(deployment: string): UnmanagedDifference {
  return {
    pointer: pointer('readers', deployment),
    expected: 'up to date',
    actual: 'runs with an outdated secret; restart pending',
    summary: 'Its pods started while the secret held other values.',
    remedy: 'An apply restarts them.',
    isRepaired: true,
  }
}

function readersAndValues({ live, recorded, liveKeys, desiredKeys }: SecretVersions, name: string) {
  return {
    values: valuesState(recorded?.facts.keys ?? desiredKeys, liveKeys, desiredKeys),
    written: valuesWrittenAt(live.managedFields),
    readers: readersOf(name),
  }
}

function valuesState(recorded: Keys, live: Keys, desired: Keys): ValuesState {
  const [isLiveDesired, wasDesired] = [isSame(live, desired), isSame(recorded, desired)]
  if (wasDesired) return isLiveDesired ? 'unchanged' : 'drifted'
  return isLiveDesired ? 'alreadyWritten' : 'toBeWritten'
}

/** Under another encryption key, fingerprints cannot be compared; the new fingerprints restart every reader anyway. */
function isSame(a: Keys, b: Keys): boolean {
  const [keyA, keyB] = [a, b].map((keys) => keyIdOf(Object.values(keys)[0]))
  return keyA !== keyB || canonicalJson(a) === canonicalJson(b)
}

function readersOf(secretName: string): string[] {
  const readers = READERS.filter((reader) => SECRET_NAMES[reader] === secretName)
  return WORKLOADS.filter(({ secrets }) => secrets.some((reader) => readers.includes(reader))).map(({ deployment }) => deployment)
}
