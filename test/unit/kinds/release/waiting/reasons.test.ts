import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ClusterEvent } from '../../../../../src/kinds/release/waiting/events.ts'
import type { PendingRollout } from '../../../../../src/kinds/release/waiting/pendingRollouts.ts'
import { isFailure, podFailureReasons } from '../../../../../src/kinds/release/waiting/reasons.ts'
import { notReady } from '../../../../../src/kinds/release/waiting/rolloutProblems.ts'
import type { LiveObject, RawObject } from '../../../../../src/world/ports/cluster.ts'

const object = (kind: string, name: string, status: object, metadata: object = {}): LiveObject => {
  const raw = { metadata, status } as RawObject
  return { apiVersion: 'v1', kind, namespace: 'spacelift', name, uid: name, resourceVersion: '1', managedFields: [], raw }
}
const pod = (name: string, status: object) => object('Pod', name, { phase: 'Pending', ...status })
const container = (state: object, more: object = {}) => ({ containerStatuses: [{ name: 'server', ready: false, state, ...more }] })

function pending(pods: LiveObject[], conditions: object[] = []): PendingRollout {
  const [deployment, replicaSet] = [object('Deployment', 'server', {}), object('ReplicaSet', 'server-1', { conditions })]
  return { name: 'server', desired: 3, ready: 3 - pods.length, deployment, replicaSet, pods }
}

const reported = (pods: LiveObject[], events: ClusterEvent[] = []) =>
  podFailureReasons(pending(pods), events).map(({ subject, reason, message }) => `${subject}: ${reason}: ${message}`)
const event = (about: string, reason: string, message: string, at = '2026-11-24T01:00:00Z'): ClusterEvent => ({
  about,
  type: 'Warning',
  reason,
  message,
  at,
  count: 1,
})

test('a waiting container is reported with how its previous run ended', () => {
  const crashed = container(
    { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
    { lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
  )
  assert.equal(reported([pod('a', crashed)]), [
    'pod a, container server: CrashLoopBackOff: back-off; it ended with exit code 137, OOMKilled',
  ])
  assert.equal(podFailureReasons(pending([pod('a', crashed)]), [])[0]?.log, { pod: 'a', container: 'server', previous: true })
})

test('the message of a terminated container may be its log, so it is not reported', () => {
  const ended = container({ terminated: { exitCode: 1, reason: 'Error', message: 'password=x' } })
  assert.equal(reported([pod('a', ended)]), ['pod a, container server: Error: it ended with exit code 1'])
})

test('an init container is named as such; one that succeeded is not reported', () => {
  const init = [
    { name: 'one', ready: true, state: { terminated: { exitCode: 0 } } },
    { name: 'two', ready: false, state: { waiting: { reason: 'ErrImagePull', message: 'no' } } },
  ]
  const waiting = container({ waiting: { reason: 'PodInitializing' } })
  assert.equal(reported([pod('a', { initContainerStatuses: init, ...waiting })]), ['pod a, init container two: ErrImagePull: no'])
})

test('an unschedulable pod is reported', () => {
  const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' }]
  assert.equal(reported([pod('a', { conditions })]), ['pod a: Unschedulable: 0/1 nodes are available'])
})

test('too few pods because the API refuses to create them', () => {
  const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' }
  const [one] = podFailureReasons(pending([], [failure]), [])
  assert.equal(one, { reason: 'FailedCreate', message: 'exceeded quota', subject: 'ReplicaSet server-1' })
})

test('what delays a starting pod is read from its newest event', () => {
  const creating = pod('a', container({ waiting: { reason: 'ContainerCreating' } }))
  const events = [event('b', 'Other', 'x'), event('a', 'FailedMount', 'secret "x" not found'), event('a', 'FailedMount', 'older')]
  assert.equal(reported([creating], events), ['pod a, container server: FailedMount: secret "x" not found'])
  assert.equal(reported([creating]), ['pod a, container server: ContainerCreating: '])
})

test('what every pod passes through is no failure', () => {
  const statuses = [container({ waiting: { reason: 'ContainerCreating' } }), container({ running: {} }), {}]
  assert.equal(podFailureReasons(pending(statuses.map((status, i) => pod(`${i}`, status))), []).filter(isFailure), [])
})

test('pods with the same reason are reported once, and so are events with the same message', () => {
  const image = container({ waiting: { reason: 'ErrImagePull', message: 'no' } })
  const one = pending([pod('a', image), pod('b', image), pod('c', image)])
  const events = [
    event('a', 'Failed', 'not found', '2026-11-24T02:00:00Z'),
    event('b', 'Failed', 'not found'),
    event('z', 'Failed', 'another’s'),
  ]
  const { summary, detail } = notReady(one, podFailureReasons(one, events), events, 'spacelift')
  assert.is(summary, 'server: 0 of 3 new pods are ready (ErrImagePull).')
  assert.is(detail, 'pod a, container server: ErrImagePull: no (and 2 more pods)\nNewest events:\n  2026-11-24T02:00:00Z Failed: not found')
})

test.run()
