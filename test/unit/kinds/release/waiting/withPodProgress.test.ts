import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Sealed } from '../../../../../src/values/sealed.ts'
import { FakeRelease, follow } from '../fakeRelease.ts'
import { CRASHED, putPod, putReplicaSet } from './fakePods.ts'

const PASSWORD = 'sesame-open-2026'
const waiting = (reason: string, message = '') => ({
  containerStatuses: [{ name: 'server', ready: false, state: { waiting: { reason, message } } }],
})

/** An upgrade that takes a minute on the clock, with one pod of this status. */
async function upgrading(status: object): Promise<{ fake: FakeRelease; ending: ReturnType<typeof follow> }> {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  fake.cluster.podsBecomeReady = false
  fake.helm.takesMs = 60_000
  const ending = follow(fake.converge(change))
  await fake.clock.pass(0)
  putReplicaSet(fake.cluster, 'server-1', 1)
  fake.cluster.putSecret('app', new Map([['PASSWORD', Sealed.of(PASSWORD)]]))
  putPod(fake.cluster, 'server-1-a', 'server-1', status, ['app'])
  fake.cluster.edit('Deployment', 'spacelift-server', [{ op: 'add', path: '/status', value: {} }])
  return { fake, ending }
}

test('while helm runs, the ready pods and each reason are reported once', async () => {
  const { fake } = await upgrading(CRASHED)
  await fake.clock.pass(10_000)
  const ready = fake.messages.filter((message) => message.startsWith('pods ready:'))
  assert.equal(ready, ['pods ready: 0/2'])
  const reasons = fake.messages.filter((message) => message.startsWith('not ready:'))
  assert.is(reasons.length, 1)
  assert.match(reasons[0] ?? '', 'not ready: spacelift-server: CrashLoopBackOff: back-off 10s')
})

test('a reason whose message changes is not reported again, another reason is', async () => {
  const { fake } = await upgrading(waiting('ImagePullBackOff', 'back-off 10s'))
  await fake.clock.pass(2_000)
  putPod(fake.cluster, 'server-1-a', 'server-1', waiting('ImagePullBackOff', 'back-off 20s'), ['app'])
  await fake.clock.pass(2_000)
  putPod(fake.cluster, 'server-1-a', 'server-1', CRASHED, ['app'])
  await fake.clock.pass(2_000)
  assert.equal(
    fake.messages.filter((message) => message.startsWith('not ready:')).map((message) => message.split(': ')[2]),
    ['ImagePullBackOff', 'CrashLoopBackOff'],
  )
})

test('a pod that is only starting is not reported', async () => {
  const { fake } = await upgrading(waiting('ContainerCreating'))
  await fake.clock.pass(10_000)
  assert.equal(fake.messages, ['pods ready: 0/2'])
})

test('reasons contain no secret; where the secrets cannot be read, they contain no message', async () => {
  const masked = await upgrading(waiting('CreateContainerError', `bad value ${PASSWORD}`))
  await masked.fake.clock.pass(2_000)
  assert.is(masked.fake.messages.at(-1), 'not ready: spacelift-server: CreateContainerError: bad value (hidden)')
  const unreadable = await upgrading(waiting('CreateContainerError', `bad value ${PASSWORD}`))
  unreadable.fake.cluster.unreadable.add('Secret')
  await unreadable.fake.clock.pass(2_000)
  assert.is(unreadable.fake.messages.at(-1), 'not ready: spacelift-server: CreateContainerError')
})

test('progress that cannot be read does not fail the upgrade', async () => {
  const { fake, ending } = await upgrading(CRASHED)
  fake.cluster.unreadable.add('Deployment')
  await fake.clock.pass(30_000)
  assert.equal(fake.messages, [])
  fake.cluster.unreadable.clear()
  await fake.clock.pass(30_000)
  assert.ok(ending.isOver)
  assert.is(ending.problem, undefined)
})

test('nothing is reported once helm has ended', async () => {
  const { fake, ending } = await upgrading(CRASHED)
  await fake.clock.pass(60_000)
  assert.ok(ending.isOver)
  const { length } = fake.messages
  putPod(fake.cluster, 'server-1-a', 'server-1', waiting('ImagePullBackOff'), ['app'])
  await fake.clock.pass(20_000)
  assert.is(fake.messages.length, length)
})

test('a read of the progress that throws does not fail the upgrade', async () => {
  const { fake, ending } = await upgrading(CRASHED)
  fake.cluster.beforeRead = async () => {
    throw new Error('connection reset')
  }
  await fake.clock.pass(30_000)
  fake.cluster.beforeRead = async () => undefined
  await fake.clock.pass(30_000)
  assert.ok(ending.isOver)
  assert.is(ending.error, undefined)
})

test('a report that is still being read when helm ends is not printed', async () => {
  const { fake, ending } = await upgrading(CRASHED)
  fake.cluster.beforeRead = (kind) => (kind === 'Deployment' ? fake.clock.sleep(3_000) : Promise.resolve())
  await fake.clock.pass(59_000)
  const { length } = fake.messages
  putPod(fake.cluster, 'server-1-a', 'server-1', waiting('ImagePullBackOff'), ['app'])
  await fake.clock.pass(30_000)
  assert.ok(ending.isOver)
  assert.is(fake.messages.length, length)
})

test('an abort ends the upgrade and its reports at once', async () => {
  const { fake, ending } = await upgrading(CRASHED)
  await fake.clock.pass(5_000)
  const { length } = fake.messages
  fake.abort.abort()
  await fake.clock.pass(0)
  assert.ok(ending.isOver)
  await fake.clock.pass(60_000)
  assert.is(fake.messages.length, length)
})

test.run()
