import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReleaseChange } from '../../../../../../src/kinds/release/facts.ts'
import { codeOf } from '../../../bucket/fakeStore.ts'
import { FakeRelease, follow } from '../../fakeRelease.ts'

const TIMEOUT_MS = 60_000
const FINALIZER = 'example.com/protect'

/** A release whose ConfigMap is being deleted and has a finalizer that the chart does not declare. */
async function withUndeclaredFinalizer(): Promise<{ fake: FakeRelease; change: ReleaseChange }> {
  const fake = await FakeRelease.deployed()
  return { fake, change: await deleting(fake, FINALIZER) }
}

/** The deletion is carried out by the server itself, which has not finished. */
async function withServerFinalizer(): Promise<{ fake: FakeRelease; change: ReleaseChange }> {
  const fake = await FakeRelease.deployed()
  return { fake, change: await deleting(fake, 'foregroundDeletion') }
}

async function deleting(fake: FakeRelease, finalizer: string): Promise<ReleaseChange> {
  fake.cluster.edit('ConfigMap', 'settings', [{ op: 'add', path: '/metadata/finalizers', value: [finalizer] }])
  fake.cluster.delete('ConfigMap', 'settings')
  return fake.plan()
}

function finishDeletion(fake: FakeRelease): void {
  fake.cluster.edit('ConfigMap', 'settings', [{ op: 'remove', path: '/metadata/finalizers' }])
}

test('an undeclared finalizer that blocks a deletion is removed under the lock, and the upgrade creates the object again', async () => {
  const { fake, change } = await withUndeclaredFinalizer()
  const { uid } = fake.cluster.live('ConfigMap', 'settings').metadata as { uid: string }
  await fake.converge(change)
  assert.equal(fake.cluster.log, [
    'assertLockHeld',
    'patch remove /metadata/finalizers/0 of ConfigMap settings',
    'assertLockHeld',
    'helm upgrade',
  ])
  assert.is.not((fake.cluster.live('ConfigMap', 'settings').metadata as { uid: string }).uid, uid)
})

test('without the lock the finalizer stays', async () => {
  const { fake, change } = await withUndeclaredFinalizer()
  fake.lockChecksLeft = 0
  assert.is(await codeOf(() => fake.converge(change)), 'lock/lost')
  assert.equal(fake.cluster.writes, [])
})

test('an object that changed while its finalizer is removed is not written, and nothing after it', async () => {
  const { fake, change } = await withUndeclaredFinalizer()
  fake.cluster.before = () => fake.cluster.edit('ConfigMap', 'settings', [{ op: 'add', path: '/data/level', value: 'x' }])
  assert.is(await codeOf(() => fake.converge(change)), 'cluster/changed-meanwhile')
  assert.is(fake.cluster.writes.length, 1)
  assert.ok(fake.cluster.has('ConfigMap', 'settings'))
})

test('a deletion that the server carries out is waited for, then the upgrade starts', async () => {
  const { fake, change } = await withServerFinalizer()
  const ending = follow(fake.converge(change))
  await fake.clock.pass(10_000)
  assert.not(ending.isOver)
  assert.equal(fake.cluster.log, [])
  assert.match(fake.messages[0] ?? '', 'waiting for the deletion of release/spacelift/spacelift: ConfigMap/settings')
  finishDeletion(fake)
  await fake.clock.pass(500)
  assert.is(ending.problem, undefined)
  assert.ok(ending.isOver)
  assert.equal(fake.cluster.writes, ['helm upgrade'])
})

test('a deletion that does not complete within a minute is reported, and no upgrade starts', async () => {
  const { fake, change } = await withServerFinalizer()
  const ending = follow(fake.converge(change))
  await fake.clock.pass(TIMEOUT_MS - 1)
  assert.not(ending.isOver)
  await fake.clock.pass(1)
  assert.is(ending.problem?.code, 'release/still-deleting')
  assert.match(ending.problem?.summary ?? '', 'ConfigMap/settings')
  assert.equal(fake.cluster.log, [])
})

test('an object that another client created again under the same name is not waited for', async () => {
  const { fake, change } = await withServerFinalizer()
  follow(fake.converge(change))
  await fake.clock.pass(1_000)
  const { metadata: _, ...rest } = fake.cluster.live('ConfigMap', 'settings')
  finishDeletion(fake)
  fake.cluster.put({ ...rest, metadata: { name: 'settings', finalizers: ['foregroundDeletion'] } })
  await fake.clock.pass(500)
  assert.equal(fake.cluster.writes.slice(0, 1), ['helm upgrade'])
})

test('a deletion that cannot be read any more is not taken for complete', async () => {
  const { fake, change } = await withServerFinalizer()
  const ending = follow(fake.converge(change))
  await fake.clock.pass(1_000)
  let reads = 0
  fake.cluster.unreadable.add('ConfigMap')
  fake.cluster.beforeRead = async () => {
    reads++
    if (reads === 2) fake.cluster.unreadable.clear()
  }
  await fake.clock.pass(500)
  assert.is(ending.problem?.code, 'cluster/away')
  assert.equal(fake.cluster.log, [])
})

test('an abort ends the wait for a deletion at once', async () => {
  const { fake, change } = await withServerFinalizer()
  const ending = follow(fake.converge(change))
  await fake.clock.pass(1_000)
  fake.abort.abort()
  await fake.clock.pass(0)
  assert.ok(ending.isOver)
  assert.equal(fake.cluster.log, [])
})

test.run()
