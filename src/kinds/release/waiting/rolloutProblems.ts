import type { Problem } from '../../../values/problem.ts'
import type { ClusterEvent } from './events.ts'
import type { PendingRollout } from './pendingRollouts.ts'
import type { Reason } from './reasons.ts'

const MAX_EVENTS = 5

/** Why a Deployment is not ready: the reasons, the newest events, and what to do. */
export function notReady(rollout: PendingRollout, reasons: readonly Reason[], events: readonly ClusterEvent[], namespace: string): Problem {
  const groups = [...Map.groupBy(reasons, ({ reason }) => reason)]
  const [mainGroup] = groups
  const lines = groups.map(([, [first, ...others]]) => lineOf(first as Reason, others.length))
  return {
    code: 'release/not-ready',
    summary: `${rollout.name}: ${rollout.ready} of ${rollout.desired} new pods are ready${mainGroup === undefined ? '' : ` (${mainGroup[0]})`}.`,
    detail: [...lines, ...eventLines(rollout, events)].join('\n'),
    remedy: `${remedyFor(mainGroup?.[1][0], rollout, namespace)} Then run groundcrew apply again: it continues from there.`,
  }
}

function lineOf({ subject, reason, message }: Reason, others: number): string {
  const likewise = others === 0 ? '' : ` (and ${others} more ${others === 1 ? 'pod' : 'pods'})`
  return `${subject}: ${reason}${message === '' ? '' : `: ${message}`}${likewise}`
}

function eventLines({ deployment, replicaSet, pods }: PendingRollout, events: readonly ClusterEvent[]): string[] {
  const uids = new Set([deployment.uid, replicaSet?.uid, ...pods.map(({ uid }) => uid)])
  // The newest of those with the same message; the newest first.
  const warnings = events.filter(({ about, type }) => uids.has(about) && type === 'Warning').toReversed()
  const distinct = new Map(warnings.map((event) => [event.message, event]))
  const newest = [...distinct.values()].toReversed().slice(0, MAX_EVENTS)
  if (newest.length === 0) return []
  const times = (count: number) => (count > 1 ? ` (${count} times)` : '')
  return ['Newest events:', ...newest.map(({ at, reason, message, count }) => `  ${at} ${reason}: ${message}${times(count)}`)]
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /Image/,
    'Check that the image is in the registry under this name and that the nodes may pull it: with imagePullSecrets of the service account, or with credentials of their own.',
  ],
  [
    /ContainerConfig|FailedMount/,
    'Create the Secret or ConfigMap that the message names, with that key; groundcrew plan shows which of the guide’s are missing.',
  ],
  [
    /Unschedulable/,
    'Free capacity on the nodes, or request less: set resources, nodeSelector and tolerations of each workload in release.values.',
  ],
  [/FailedCreate/, 'Remove what blocks the pods: kubectl -n NAMESPACE describe resourcequota, or what the message names.'],
  [
    /CrashLoopBackOff|Error|OOMKilled/,
    'Read its log: kubectl -n NAMESPACE logs POD --previous. If it ran out of memory, raise its limit in release.values.',
  ],
  [/Evicted|Failed/, 'Check the node that it ran on: kubectl describe node.'],
]

function remedyFor(reason: Reason | undefined, { name }: PendingRollout, namespace: string): string {
  const [, text] = REMEDIES.find(([pattern]) => pattern.test(reason?.reason ?? '')) ?? []
  const pod = reason?.log?.pod ?? /^pod ([^,]+)/.exec(reason?.subject ?? '')?.[1] ?? name
  const fallback = `Check it: kubectl -n ${namespace} describe deployment ${name}. If it only needs more time, raise release.timeout.`
  return text === undefined ? fallback : text.replace('NAMESPACE', namespace).replace('POD', pod)
}
