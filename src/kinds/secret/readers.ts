import { type FactMap, isMap } from '../../values/json.ts'
import type { LivePod } from '../../world/ports/cluster.ts'
import { type CurrentPods, currentPods, startTimes } from '../shared/pods.ts'

/**
 * What is remembered of a secret's readers. `at`: when the values were written that they were last known to hold. Of each
 * Deployment, the containers started `until` then are known to hold them; `template` tells the pods made by a restart of
 * ours from those before it.
 */
export type Bookkeeping = { readonly at: string; readonly readers: { readonly [deployment: string]: Reader } }
type Reader = { readonly until: string; readonly template: string }

/** The values beside those that were applied last. */
export type Values =
  /** They are there. */
  | 'same'
  /** Others are there, and those are put back. */
  | 'foreign'
  /** Others are there, and are right: the file has them now, or an apply was killed after it wrote them. */
  | 'new'
  /** Others are to be written. */
  | 'pending'

export type Look = {
  readonly values: Values
  /** When the secret got the values it has; undefined where the server does not say. */
  readonly written: string | undefined
  readonly pods: readonly LivePod[]
  /** The Deployments that read it. */
  readonly readers: readonly string[]
  /** Without memory nothing is known of the pods, and nothing is restarted. */
  readonly bookkeeping: Bookkeeping | undefined
  /** At the end of an apply: what was remembered is as its plan saw it, so pods of another template were made by its restarts. */
  readonly isAfterApply?: boolean
}

/** The readers with pods that hold, or may hold, other values than those that are to be there. */
export function outdatedReaders(look: Look): readonly string[] {
  const { bookkeeping, written, readers } = look
  if (bookkeeping === undefined || written === undefined) return []
  const pods = currentPods(look.pods)
  return readers.filter((name) => {
    const own = pods.get(name)
    if (own === undefined || (look.isAfterApply && own.template !== bookkeeping.readers[name]?.template)) return false
    return startTimes(own).some((started) => isStale(started, own, look.values, written, bookkeeping, name))
  })
}

/**
 * Times of the API server and of kubelets have whole seconds. In one and the same second the value counts as written after
 * the start: a needless restart is announced and harms little, a missed one leaves a pod with a wrong value for good. Only
 * pods of another template than was remembered were made by a restart that came after the writing.
 */
function isStale(
  started: string,
  { template }: CurrentPods,
  values: Values,
  written: string,
  { at, readers }: Bookkeeping,
  name: string,
): boolean {
  const known = readers[name]
  const isBefore = started < written || (started === written && template === known?.template)
  const isKnown = started <= (known?.until ?? '')
  if (values === 'same') return written !== at && isBefore && !isKnown
  // What started before the last change holds what was there before it.
  if (values === 'foreign') return started >= written && !isKnown
  return values === 'new' && isBefore
}

/** What to remember, as of this look: of those that are stale only what was known before. */
export function bookkeepingOf(look: Look, stale: readonly string[]): Bookkeeping | undefined {
  const { values, written, bookkeeping } = look
  const isSettled = (values === 'same' || values === 'new') && stale.length === 0
  const at = isSettled ? (written ?? bookkeeping?.at) : bookkeeping?.at
  if (at === undefined) return undefined
  const pods = currentPods(look.pods)
  return { at, readers: Object.fromEntries(look.readers.flatMap((name) => readerOf(name, look, stale.includes(name), pods.get(name)))) }
}

function readerOf(name: string, { values, bookkeeping }: Look, isStale: boolean, own: CurrentPods | undefined): [string, Reader][] {
  const before = bookkeeping?.readers[name]
  const template = own?.template ?? before?.template
  if (template === undefined) return []
  // Whoever is to be restarted holds nothing that will be right.
  const isOwed = values === 'pending' || (values === 'new' && isStale)
  const held = isOwed ? '' : (before?.until ?? '')
  const until = isOwed || isStale || own === undefined ? held : ([held, ...startTimes(own)].sort().at(-1) as string)
  return [[name, { until, template }]]
}

/** What was remembered; undefined for anything else. */
export function readBookkeeping(stored: FactMap | undefined): Bookkeeping | undefined {
  if (stored === undefined || typeof stored.at !== 'string' || !isMap(stored.readers)) return undefined
  const readers = Object.values(stored.readers)
  return readers.every((one) => isMap(one) && typeof one.until === 'string' && typeof one.template === 'string')
    ? (stored as Bookkeeping)
    : undefined
}
