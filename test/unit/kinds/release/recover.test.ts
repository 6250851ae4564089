import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ReleaseRecord } from '../../../../src/world/ports/cluster.ts'
import { codeOf } from '../bucket/fakeStore.ts'
import { FakeRelease, TIMEOUT_SECONDS } from './fakeRelease.ts'

const STARTED = Date.UTC(2026, 10, 24)
const GRACE_SECONDS = 60

/** A deployed release whose newest record was left with this status. */
async function left(status: string, more: Partial<ReleaseRecord> = {}): Promise<FakeRelease> {
  const fake = await FakeRelease.deployed()
  const { record } = fake.cluster
  if (record.is === 'present') fake.cluster.setRecord({ ...record.value, status, ...more })
  return fake
}

const readAfter = (seconds: number) => ({ readAt: new Date(STARTED + seconds * 1000).toISOString() })

test('a pending release whose helm process has exited is marked failed and upgraded forward, each under the lock', async () => {
  for (const status of ['pending-install', 'pending-upgrade', 'pending-rollback']) {
    const fake = await left(status)
    fake.previousHelmExited = true
    const { facts } = await fake.converge(await fake.plan())
    assert.equal(fake.cluster.log, ['assertLockHeld', 'mark revision 1 failed', 'assertLockHeld', 'helm upgrade'])
    assert.is(facts.status, 'deployed')
    assert.match(fake.messages[0] ?? '', `the release is ${status}`)
  }
})

test('a pending release of a helm process that may still be running is refused until its timeout plus 60 s', async () => {
  const limit = TIMEOUT_SECONDS + GRACE_SECONDS
  const running = await left('pending-upgrade', readAfter(limit - 1))
  assert.is(await codeOf(() => running.plan()), 'release/busy')
  const timedOut = await left('pending-upgrade', readAfter(limit))
  await timedOut.converge(await timedOut.plan())
  assert.equal(timedOut.cluster.writes, ['mark revision 1 failed', 'helm upgrade'])
})

test('the time of a pending release is read from the API server: a wrong clock of this host changes nothing', async () => {
  const fake = await left('pending-upgrade', readAfter(1))
  await fake.clock.pass(24 * 3600 * 1000)
  assert.is(await codeOf(() => fake.plan()), 'release/busy')
})

test('a superseded or uninstalled record is marked failed before the upgrade', async () => {
  for (const status of ['superseded', 'uninstalled']) {
    const fake = await left(status)
    await fake.converge(await fake.plan())
    assert.equal(fake.cluster.writes, ['mark revision 1 failed', 'helm upgrade'])
  }
})

test('a failed release is upgraded without a change of its record', async () => {
  const fake = await left('failed')
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.writes, ['helm upgrade'])
})

test('an uninstall that was started is completed, then the release is installed', async () => {
  const fake = await left('uninstalling')
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.log, ['assertLockHeld', 'helm uninstall', 'assertLockHeld', 'helm upgrade'])
  assert.equal(fake.children, [8, 7], 'both processes are journaled')
})

test('a lost lock stops the recovery before the record is marked, before the uninstall, and before the upgrade', async () => {
  const runs = [
    { status: 'superseded', lockChecks: 0, writes: [] },
    { status: 'superseded', lockChecks: 1, writes: ['mark revision 1 failed'] },
    { status: 'uninstalling', lockChecks: 0, writes: [] },
    { status: 'uninstalling', lockChecks: 1, writes: ['helm uninstall'] },
  ]
  for (const { status, lockChecks, writes } of runs) {
    const fake = await left(status)
    const change = await fake.plan()
    fake.lockChecksLeft = lockChecks
    assert.is(await codeOf(() => fake.converge(change)), 'lock/lost')
    assert.equal(fake.cluster.writes, writes)
  }
})

test('a record that another client changed since the plan is not marked', async () => {
  const fake = await left('superseded')
  const change = await fake.plan()
  const { record } = fake.cluster
  if (record.is === 'present') fake.cluster.setRecord(record.value)
  assert.is(await codeOf(() => fake.converge(change)), 'release/changed-meanwhile')
  assert.equal(fake.cluster.writes, [])
})

test.run()
