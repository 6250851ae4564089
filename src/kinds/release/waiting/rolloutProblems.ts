import type { Problem } from '../../../values/problem.ts'
import type { PendingRollout } from './pendingRollouts.ts'
import type { ClusterEvent, Reason } from './reasons.ts'

const EVENTS = 5

/** Why a Deployment is not ready: reason by reason, the newest events, and what to do. */
export function notReady(late: PendingRollout, reasons: readonly Reason[], events: readonly ClusterEvent[], namespace: string): Problem {
  const groups = [...Map.groupBy(reasons, ({ reason }) => reason)]
  const [first] = groups
  const lines = groups.map(([, [one, ...others]]) => lineOf(one as Reason, others.length))
  return {
    code: 'release/not-ready',
    summary: `${late.name}: ${late.ready} of ${late.wanted} new pods are ready${first === undefined ? '' : ` (${first[0]})`}.`,
    detail: [...lines, ...eventLines(late, events)].join('\n'),
    remedy: `${remedyFor(first?.[1][0], late, namespace)} Then apply again: it goes on from there.`,
  }
}

function lineOf({ where, reason, words }: Reason, others: number): string {
  const likewise = others === 0 ? '' : ` (${others} more ${others === 1 ? 'pod' : 'pods'} likewise)`
  return `${where}: ${reason}${words === '' ? '' : `: ${words}`}${likewise}`
}

function eventLines({ deployment, replicaSet, pods }: PendingRollout, events: readonly ClusterEvent[]): string[] {
  const about = new Set([deployment.uid, replicaSet?.uid, ...pods.map(({ uid }) => uid)])
  // The newest first, and of those that say the same the newest.
  const own = events.filter((one) => about.has(one.about) && one.type === 'Warning').toReversed()
  const distinct = new Map(own.map((one) => [one.message, one]))
  const shown = [...distinct.values()].toReversed().slice(0, EVENTS)
  if (shown.length === 0) return []
  const times = (count: number) => (count > 1 ? ` (${count} times)` : '')
  return ['Newest events:', ...shown.map(({ at, reason, message, count }) => `  ${at} ${reason}: ${message}${times(count)}`)]
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [
    /Image/,
    'See that the image is in the registry under this name and that the nodes may pull it: by imagePullSecrets of the service account, or a login of their own.',
  ],
  [
    /ContainerConfig|FailedMount/,
    'Make the Secret or ConfigMap that it names, with that key: a plan tells which of the guide’s are missing.',
  ],
  [/Unschedulable/, 'Make room on the nodes, or ask for less: release.values has resources, nodeSelector and tolerations of each part.'],
  [/FailedCreate/, 'Lift what refuses it: kubectl -n NAMESPACE describe resourcequota, or what the message names.'],
  [
    /CrashLoopBackOff|Error|OOMKilled/,
    'Its log tells why it ends: kubectl -n NAMESPACE logs POD --previous. Where it ran out of memory raise its limit in release.values.',
  ],
  [/Evicted|Failed/, 'Look at the node that it ran on: kubectl describe node.'],
]

function remedyFor(reason: Reason | undefined, { name }: PendingRollout, namespace: string): string {
  const [, text] = REMEDIES.find(([pattern]) => pattern.test(reason?.reason ?? '')) ?? []
  const pod = reason?.log?.pod ?? /^pod ([^,]+)/.exec(reason?.where ?? '')?.[1] ?? name
  const usual = `kubectl -n ${namespace} describe deployment ${name} tells more. If it only needs more time, raise release.timeout.`
  return text === undefined ? usual : text.replace('NAMESPACE', namespace).replace('POD', pod)
}
