import { listAt, mapAt, textAt } from '../../../values/unstructured.ts'
import type { LiveObject, RawObject } from '../../../world/ports/cluster.ts'
import type { ClusterEvent } from './events.ts'
import type { PendingRollout } from './pendingRollouts.ts'

/** Why a pod is not ready, in the API's own words. */
export type Reason = {
  /** One word of the API: ImagePullBackOff, CrashLoopBackOff, Unschedulable, FailedCreate. */
  readonly reason: string
  readonly message: string
  /** `pod spacelift-server-x, container server`. */
  readonly subject: string
  /** A container whose log may explain it: of the run that ended, or of the current one. */
  readonly log?: { readonly pod: string; readonly container: string; readonly previous: boolean }
}

/** Reasons that every pod passes through while it starts or stops. */
const TRANSIENT = ['ContainerCreating', 'PodInitializing', 'Pending', 'NotReady', 'Terminating']

/** True for what does not pass by itself. */
export function isFailure({ reason }: Reason): boolean {
  return !TRANSIENT.includes(reason)
}

/** Why a Deployment does not have all its pods: a reason for each pod that is not ready, and why there are too few. */
export function podFailureReasons(rollout: PendingRollout, events: readonly ClusterEvent[]): readonly Reason[] {
  return [...replicaFailure(rollout), ...rollout.pods.map((pod) => podReason(pod, events))]
}

/** The API refuses to create more pods: a quota, an admission webhook, a missing service account. */
function replicaFailure({ deployment, replicaSet }: PendingRollout): Reason[] {
  const { raw, kind, name } = replicaSet ?? deployment
  const failure = conditionOf(raw, 'ReplicaFailure')
  if (failure?.status !== 'True') return []
  return [{ reason: textAt(failure, 'reason'), message: textAt(failure, 'message'), subject: `${kind} ${name}` }]
}

function podReason({ name, uid, raw }: LiveObject, events: readonly ClusterEvent[]): Reason {
  const status = mapAt(raw, 'status')
  const subject = `pod ${name}`
  if (status.phase === 'Failed') return { reason: textAt(status, 'reason') || 'Failed', message: textAt(status, 'message'), subject }
  const scheduled = conditionOf(raw, 'PodScheduled')
  if (scheduled?.status === 'False') return { reason: textAt(scheduled, 'reason'), message: textAt(scheduled, 'message'), subject }
  if (mapAt(raw, 'metadata').deletionTimestamp !== undefined) return { reason: 'Terminating', message: '', subject }
  const reasons = [
    ...listAt(status, 'initContainerStatuses').map((container) => containerReason(name, container, 'init container')),
    ...listAt(status, 'containerStatuses').map((container) => containerReason(name, container, 'container')),
  ].flatMap((reason) => reason ?? [])
  const reason = reasons.find(isFailure) ?? reasons[0] ?? { reason: 'Pending', message: '', subject }
  const warning = events.find(({ about, type }) => about === uid && type === 'Warning')
  // What delays a pod that is starting (a volume, a sandbox, a probe) is reported only by its events.
  if (isFailure(reason) || warning === undefined) return reason
  return { ...reason, reason: warning.reason, message: warning.message, subject: reason.subject || subject }
}

function containerReason(pod: string, status: RawObject, type: string): Reason | undefined {
  const container = textAt(status, 'name')
  const subject = `pod ${pod}, ${type} ${container}`
  const [waiting, terminated] = [mapAt(status, 'state', 'waiting'), mapAt(status, 'state', 'terminated')]
  const previous = mapAt(status, 'lastState', 'terminated')
  if (textAt(waiting, 'reason') !== '') {
    const message = [textAt(waiting, 'message'), exitOf(previous)].filter((text) => text !== '').join('; ')
    const log = previous.exitCode === undefined ? {} : { log: { pod, container, previous: true } }
    return { reason: textAt(waiting, 'reason'), message, subject, ...log }
  }
  const log = { log: { pod, container, previous: false } }
  if (terminated.exitCode !== undefined && terminated.exitCode !== 0)
    return { reason: textAt(terminated, 'reason') || 'Error', message: exitOf(terminated), subject, ...log }
  if (status.ready === true || terminated.exitCode === 0) return undefined
  return { reason: 'NotReady', message: '', subject, ...(mapAt(status, 'state').running !== undefined && log) }
}

/** `exit code 137, OOMKilled`: how a container ended. Its message is left out: it may be the end of its log, which is masked elsewhere. */
function exitOf(terminated: RawObject): string {
  if (terminated.exitCode === undefined) return ''
  const reason = textAt(terminated, 'reason')
  return `it ended with exit code ${String(terminated.exitCode)}${reason === '' || reason === 'Error' ? '' : `, ${reason}`}`
}

function conditionOf(raw: RawObject, type: string): RawObject | undefined {
  return listAt(raw, 'status', 'conditions').find((condition) => condition.type === type)
}
