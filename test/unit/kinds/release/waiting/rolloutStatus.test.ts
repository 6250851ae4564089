import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Progress } from '../../../../../src/kinds/kind.ts'
import { isRolledOut, podProgress, readyPods } from '../../../../../src/kinds/release/waiting/rolloutStatus.ts'
import type { LiveObject } from '../../../../../src/world/ports/cluster.ts'

type Counts = { readonly replicas: number; readonly updatedReplicas: number; readonly readyReplicas: number }

const deployment = (desired: number, { replicas, updatedReplicas, readyReplicas }: Counts, observedGeneration = 2): LiveObject =>
  ({
    raw: {
      metadata: { generation: 2 },
      spec: { replicas: desired },
      status: { observedGeneration, replicas, updatedReplicas, readyReplicas, availableReplicas: readyReplicas },
    },
  }) as unknown as LiveObject

test('old pods that stay ready do not count', () => {
  assert.is(readyPods(deployment(3, { replicas: 4, updatedReplicas: 1, readyReplicas: 3 })), 0)
  assert.is(readyPods(deployment(3, { replicas: 4, updatedReplicas: 2, readyReplicas: 3 })), 1)
  assert.is(readyPods(deployment(3, { replicas: 3, updatedReplicas: 3, readyReplicas: 3 })), 3)
})

test('the count is never below zero, above the pods there are, or above the desired pods', () => {
  assert.is(readyPods(deployment(3, { replicas: 0, updatedReplicas: 0, readyReplicas: 0 })), 0)
  assert.is(readyPods(deployment(3, { replicas: 5, updatedReplicas: 3, readyReplicas: 1 })), 0)
  assert.is(readyPods(deployment(5, { replicas: 3, updatedReplicas: 3, readyReplicas: 4 })), 3)
  assert.is(readyPods(deployment(1, { replicas: 3, updatedReplicas: 3, readyReplicas: 3 })), 1)
})

test('a Deployment is rolled out when its controller has seen it and all its pods are new and available', () => {
  const done = { replicas: 3, updatedReplicas: 3, readyReplicas: 3 }
  assert.ok(isRolledOut(deployment(3, done)))
  assert.not(isRolledOut(deployment(3, done, 1)))
  assert.not(isRolledOut(deployment(2, done)))
  assert.not(isRolledOut(deployment(3, { ...done, updatedReplicas: 2 })))
})

test('progress is emitted when it changes, summed over the Deployments', () => {
  const emitted: Progress[] = []
  const report = podProgress((progress) => void emitted.push(progress))
  const partial = [
    deployment(3, { replicas: 3, updatedReplicas: 3, readyReplicas: 1 }),
    deployment(2, { replicas: 2, updatedReplicas: 2, readyReplicas: 2 }),
  ]
  assert.not(report(partial))
  assert.not(report(partial))
  assert.ok(report([deployment(3, { replicas: 3, updatedReplicas: 3, readyReplicas: 3 })]))
  assert.equal(
    emitted.map(({ done, total, unit }) => [done, total, unit]),
    [
      [3, 5, 'pods'],
      [3, 3, 'pods'],
    ],
  )
})

test.run()
