import { type FactMap, isMap } from '../../values/json.ts'
import type { LivePod } from '../../world/ports/cluster.ts'
import { type CurrentPods, currentPods, startTimes } from '../shared/pods.ts'

/**
 * What is remembered of a secret's readers. `at`: when the values were written that the readers are known to hold. Of each
 * Deployment, containers that started no later than `until` are known to hold them; `template` distinguishes pods that a
 * restart by groundcrew created from those before it.
 */
export type Bookkeeping = { readonly at: string; readonly readers: { readonly [deployment: string]: Reader } }
type Reader = { readonly until: string; readonly template: string }

/** The values in the cluster compared with those that were applied last. */
export type ValuesState =
  /** They are in the cluster, and are desired. */
  | 'unchanged'
  /** Others are in the cluster, and will be overwritten with those applied last. */
  | 'drifted'
  /** Others are in the cluster, and are desired: the file declares them now, or an apply was killed after it wrote them. */
  | 'alreadyWritten'
  /** New values will be written. */
  | 'toBeWritten'

export type ReadersInput = {
  readonly values: ValuesState
  /** When the secret got its current values; undefined where the server does not record it. */
  readonly written: string | undefined
  readonly pods: readonly LivePod[]
  /** The Deployments that read the secret. */
  readonly readers: readonly string[]
  /** Without it nothing is known about the pods, and nothing is restarted. */
  readonly bookkeeping: Bookkeeping | undefined
  /** At the end of an apply: the bookkeeping is as its plan read it, so pods of another template come from its restarts. */
  readonly isAfterApply?: boolean
}

/** The readers with pods that hold, or may hold, values other than the desired ones. */
export function outdatedReaders(input: ReadersInput): readonly string[] {
  const { bookkeeping, written, readers } = input
  if (bookkeeping === undefined || written === undefined) return []
  const pods = currentPods(input.pods)
  return readers.filter((name) => {
    const current = pods.get(name)
    if (current === undefined || (input.isAfterApply && current.template !== bookkeeping.readers[name]?.template)) return false
    return startTimes(current).some((started) => isOutdated(started, current, input.values, written, bookkeeping, name))
  })
}

/**
 * Times of the API server and of kubelets have whole seconds. Within the same second, the value counts as written after the
 * start: a needless restart is announced and does little harm, a missed one leaves a pod with a wrong value permanently.
 * Only pods of a template other than the remembered one come from a restart after the write.
 */
function isOutdated(
  started: string,
  { template }: CurrentPods,
  values: ValuesState,
  written: string,
  { at, readers }: Bookkeeping,
  name: string,
): boolean {
  const known = readers[name]
  const isBefore = started < written || (started === written && template === known?.template)
  const isKnown = started <= (known?.until ?? '')
  if (values === 'unchanged') return written !== at && isBefore && !isKnown
  // A container that started before the drift holds the values that were there before.
  if (values === 'drifted') return started >= written && !isKnown
  return values === 'alreadyWritten' && isBefore
}

/** What to remember now; of outdated readers only what was known before. */
export function bookkeepingOf(input: ReadersInput, outdated: readonly string[]): Bookkeeping | undefined {
  const { values, written, bookkeeping } = input
  const isSettled = (values === 'unchanged' || values === 'alreadyWritten') && outdated.length === 0
  const at = isSettled ? (written ?? bookkeeping?.at) : bookkeeping?.at
  if (at === undefined) return undefined
  const pods = currentPods(input.pods)
  const readers = input.readers.flatMap((name) => readerEntry(name, input, outdated.includes(name), pods.get(name)))
  return { at, readers: Object.fromEntries(readers) }
}

function readerEntry(
  name: string,
  { values, bookkeeping }: ReadersInput,
  isOutdated: boolean,
  current: CurrentPods | undefined,
): [string, Reader][] {
  const before = bookkeeping?.readers[name]
  const template = current?.template ?? before?.template
  if (template === undefined) return []
  // A reader that the plan restarts holds none of the values that will be right afterwards.
  const isRestarted = values === 'toBeWritten' || (values === 'alreadyWritten' && isOutdated)
  const known = isRestarted ? '' : (before?.until ?? '')
  const until = isRestarted || isOutdated || current === undefined ? known : ([known, ...startTimes(current)].sort().at(-1) as string)
  return [[name, { until, template }]]
}

/** The stored bookkeeping; undefined for anything else. */
export function readBookkeeping(stored: FactMap | undefined): Bookkeeping | undefined {
  if (stored === undefined || typeof stored.at !== 'string' || !isMap(stored.readers)) return undefined
  const readers = Object.values(stored.readers)
  return readers.every((reader) => isMap(reader) && typeof reader.until === 'string' && typeof reader.template === 'string')
    ? (stored as Bookkeeping)
    : undefined
}
