import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pendingRollouts } from '../../../../../src/kinds/release/waiting/pendingRollouts.ts'
import { NAMESPACE } from '../fakeCluster.ts'
import { FakeRelease } from '../fakeRelease.ts'
import { CRASHED, putPod, putReplicaSet } from './fakePods.ts'

const READY = { conditions: [{ type: 'Ready', status: 'True' }] }

/** A release whose Deployment was changed and is not rolled out yet. */
async function rollingOut(): Promise<FakeRelease> {
  const fake = await FakeRelease.deployed()
  fake.cluster.podsBecomeReady = false
  fake.cluster.edit('Deployment', 'spacelift-server', [])
  return fake
}

const pendingIn = ({ cluster }: FakeRelease, name = 'spacelift') =>
  pendingRollouts(cluster as unknown as Parameters<typeof pendingRollouts>[0], { name, namespace: NAMESPACE })

test('only the pods of the newest ReplicaSet count, and only those that are not ready are listed', async () => {
  const fake = await rollingOut()
  putReplicaSet(fake.cluster, 'server-10', 10)
  putReplicaSet(fake.cluster, 'server-9', 9)
  putPod(fake.cluster, 'old', 'server-9', CRASHED)
  putPod(fake.cluster, 'new-a', 'server-10', READY)
  putPod(fake.cluster, 'new-b', 'server-10', CRASHED)
  const [rollout, ...others] = await pendingIn(fake)
  assert.equal(others, [])
  assert.is(rollout?.replicaSet?.name, 'server-10')
  assert.equal([rollout?.ready, rollout?.desired], [1, 2])
  assert.equal(
    rollout?.pods.map(({ name }) => name),
    ['new-b'],
  )
})

test('a Deployment without a ReplicaSet is pending without pods', async () => {
  const [rollout] = await pendingIn(await rollingOut())
  assert.is(rollout?.name, 'spacelift-server')
  assert.is(rollout?.replicaSet, undefined)
  assert.equal(rollout?.pods, [])
})

test('a Deployment that is rolled out, or belongs to another release, is not pending', async () => {
  assert.equal(await pendingIn(await FakeRelease.deployed()), [])
  assert.equal(await pendingIn(await rollingOut(), 'other'), [])
})

test('none are pending where Deployments cannot be read', async () => {
  const fake = await rollingOut()
  fake.cluster.unreadable.add('Deployment')
  assert.equal(await pendingIn(fake), [])
})

test.run()
