import type { LiveObject, RawObject } from '../../../world/ports/cluster.ts'
import { listAt, mapAt, type PendingRollout, textAt } from './pendingRollouts.ts'

/** Why a pod is not ready, in the API's own words. */
export type Reason = {
  /** One word of the API: ImagePullBackOff, CrashLoopBackOff, Unschedulable, FailedCreate. */
  readonly reason: string
  readonly words: string
  /** Where: `pod spacelift-server-x, container server`. */
  readonly where: string
  /** A container that has written something: in the run that ended, or in this one. */
  readonly log?: { readonly pod: string; readonly container: string; readonly previous: boolean }
}

/** An event about some object, as the API tells it. */
export type ClusterEvent = {
  readonly about: string
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly at: string
  readonly count: number
}

/** Every pod goes through these. */
const USUAL = ['ContainerCreating', 'PodInitializing', 'Pending', 'NotReady', 'Terminating']

/** True for what does not go away by waiting a moment. */
export function isTrouble({ reason }: Reason): boolean {
  return !USUAL.includes(reason)
}

/** Why a Deployment has not all its pods: one reason for each pod that is not ready, and why there are too few. */
export function reasonsOf(late: PendingRollout, events: readonly ClusterEvent[]): readonly Reason[] {
  return [...replicaFailure(late), ...late.pods.map((pod) => reasonOf(pod, events))]
}

/** The API refuses to make more pods: a quota, an admission, an account that is missing. */
function replicaFailure({ deployment, replicaSet }: PendingRollout): Reason[] {
  const of = replicaSet ?? deployment
  const failure = conditionOf(of.raw, 'ReplicaFailure')
  if (failure?.status !== 'True') return []
  return [{ reason: textAt(failure, 'reason'), words: textAt(failure, 'message'), where: `${of.kind} ${of.name}` }]
}

function reasonOf({ name, uid, raw }: LiveObject, events: readonly ClusterEvent[]): Reason {
  const status = mapAt(raw, 'status')
  const where = `pod ${name}`
  if (textAt(status, 'phase') === 'Failed') return { reason: textAt(status, 'reason') || 'Failed', words: textAt(status, 'message'), where }
  const scheduled = conditionOf(raw, 'PodScheduled')
  if (scheduled?.status === 'False') return { reason: textAt(scheduled, 'reason'), words: textAt(scheduled, 'message'), where }
  if (mapAt(raw, 'metadata').deletionTimestamp !== undefined) return { reason: 'Terminating', words: '', where }
  const containers = [
    ...listAt(status, 'initContainerStatuses').map((one) => containerReason(name, one, 'init container')),
    ...listAt(status, 'containerStatuses').map((one) => containerReason(name, one, 'container')),
  ].flatMap((one) => one ?? [])
  const found = containers.find(isTrouble) ?? containers[0] ?? { reason: 'Pending', words: '', where }
  return isTrouble(found)
    ? found
    : byEvent(
        found,
        where,
        events.filter(({ about, type }) => about === uid && type === 'Warning'),
      )
}

/** What holds up a pod that is being started (a volume, a sandbox, a probe) stands only in its events. */
function byEvent(found: Reason, where: string, [newest]: readonly ClusterEvent[]): Reason {
  if (newest === undefined) return found
  return { ...found, reason: newest.reason, words: newest.message, where: found.where || where }
}

function containerReason(pod: string, status: RawObject, what: string): Reason | undefined {
  const container = textAt(status, 'name')
  const where = `pod ${pod}, ${what} ${container}`
  const state = mapAt(status, 'state')
  const [waiting, ended] = [mapAt(state, 'waiting'), mapAt(state, 'terminated')]
  const before = mapAt(mapAt(status, 'lastState'), 'terminated')
  if (textAt(waiting, 'reason') !== '') {
    const words = [textAt(waiting, 'message'), endOf(before)].filter((one) => one !== '').join('; ')
    const log = before.exitCode === undefined ? {} : { log: { pod, container, previous: true } }
    return { reason: textAt(waiting, 'reason'), words, where, ...log }
  }
  if (ended.exitCode !== undefined && ended.exitCode !== 0)
    return { reason: textAt(ended, 'reason') || 'Error', words: endOf(ended), where, log: { pod, container, previous: false } }
  if (status.ready === true || ended.exitCode === 0) return undefined
  return { reason: 'NotReady', words: '', where, ...(state.running !== undefined && { log: { pod, container, previous: false } }) }
}

/** `exit code 137, OOMKilled`: how a container ended. Its message may be the end of its log: that is told elsewhere. */
function endOf(ended: RawObject): string {
  if (ended.exitCode === undefined) return ''
  const reason = textAt(ended, 'reason')
  return `it ended with exit code ${String(ended.exitCode)}${reason === '' || reason === 'Error' ? '' : `, ${reason}`}`
}

function conditionOf(raw: RawObject, type: string): RawObject | undefined {
  return listAt(mapAt(raw, 'status'), 'conditions').find((one) => one.type === type)
}
