import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { PatchOperation } from '../../../../src/world/ports/cluster.ts'
import { codeOf } from '../bucket/fakeStore.ts'
import { FakeRelease, follow, TIMEOUT_SECONDS } from './fakeRelease.ts'

const scale = (replicas: number): PatchOperation[] => [{ op: 'add', path: '/spec/replicas', value: replicas }]
const DEBUG_VARIABLE: PatchOperation[] = [
  { op: 'add', path: '/spec/template/spec/containers/0/env', value: [{ name: 'DEBUG', value: '1' }] },
]
const AFFINITY: PatchOperation[] = [{ op: 'add', path: '/spec/sessionAffinity', value: 'ClientIP' }]
const REMOVE_AFFINITY = 'patch remove /spec/sessionAffinity of Service spacelift-server'

test('an upgrade sends exactly the desired values and reads back the facts', async () => {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  const { facts, guard } = await fake.converge(change)
  assert.is(fake.helm.upgrades.length, 1)
  assert.equal(fake.helm.upgrades[0]?.values, change.basis.values)
  assert.is(change.basis.values.level, 'debug')
  assert.is(fake.helm.upgrades[0]?.timeoutSeconds, TIMEOUT_SECONDS)
  assert.equal(facts, change.desired)
  assert.match(guard, /^2:/)
  assert.equal(fake.cluster.live('ConfigMap', 'settings').data, { level: 'debug' })
  assert.equal(fake.cluster.log, ['assertLockHeld', 'helm upgrade'])
  assert.equal(fake.children, [7])
  assert.equal((await fake.plan({ level: 'debug' })).edits, [])
})

test('an absent release is installed; only a server-side applied one is upgraded with forced conflicts', async () => {
  const fake = new FakeRelease()
  await fake.converge(await fake.plan())
  await fake.converge(await fake.plan({ level: 'debug' }))
  assert.equal(
    fake.helm.upgrades.map(({ forceConflicts }) => forceConflicts),
    [false, true],
  )
})

test('undeclared fields are removed without a new revision, and only those', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  const { guard } = await fake.converge(await fake.plan())
  assert.equal(fake.cluster.log, ['assertLockHeld', REMOVE_AFFINITY])
  assert.match(guard, /^1:/)
})

test('declared fields that drifted are set by an upgrade', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Deployment', 'spacelift-server', scale(0))
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.writes, ['helm upgrade'])
  assert.is((fake.cluster.live('Deployment', 'spacelift-server').spec as { replicas: number }).replicas, 2)
})

test('an object with undeclared fields beside those that the upgrade sets is repaired before the upgrade', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', [...AFFINITY, { op: 'remove', path: '/spec/selector' }])
  await fake.converge(await fake.plan())
  assert.is(fake.cluster.writes.at(-1), 'helm upgrade')
  assert.match(fake.cluster.writes[0] ?? '', 'remove /spec/sessionAffinity of Service spacelift-server')
  assert.is(fake.cluster.writes.length, 2)
})

test('before an upgrade to other values, drift goes back to what is deployed, not to what will be', async () => {
  const fake = await FakeRelease.deployed()
  const before = await fake.plan()
  fake.cluster.edit('Deployment', 'spacelift-server', [...DEBUG_VARIABLE, ...scale(0)])
  const replicas: unknown[] = []
  fake.cluster.after = () => replicas.push((fake.cluster.live('Deployment', 'spacelift-server').spec as { replicas: number }).replicas)
  await fake.converge(await fake.plan({ server: { replicas: 5 }, level: 'debug' }, before.desired))
  assert.equal(replicas, [2])
  assert.is(fake.cluster.writes.at(-1), 'helm upgrade')
})

test('a release that changed after the plan is not written', async () => {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  const { record } = fake.cluster
  if (record.is === 'present') fake.cluster.setRecord({ ...record.value, revision: 2 })
  assert.is(await codeOf(() => fake.converge(change)), 'release/changed-meanwhile')
  const again = await fake.plan({ level: 'debug' })
  fake.cluster.edit('ConfigMap', 'settings', [{ op: 'add', path: '/data/other', value: 'x' }])
  assert.is(await codeOf(() => fake.converge(again)), 'release/changed-meanwhile')
  assert.equal(fake.cluster.log, [])
})

test('what cannot be read is not written', async () => {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  fake.cluster.unreadable.add('ConfigMap')
  assert.is(await codeOf(() => fake.converge(change)), 'cluster/away')
  assert.equal(fake.cluster.log, [])
})

test('a record that differs from what was applied is reported', async () => {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  const { upgrade } = fake.helm
  Object.assign(fake.helm, {
    upgrade: async (options: Parameters<typeof upgrade>[0]) => upgrade({ ...options, values: { ...options.values, level: 'trace' } }),
  })
  assert.is(await codeOf(() => fake.converge(change)), 'release/not-as-applied')
})

test('a repair is refused when the object changed meanwhile, and what is still as planned is repaired in the next round', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  const change = await fake.plan()
  let isFirst = true
  fake.cluster.before = () => {
    if (isFirst) fake.cluster.edit('Service', 'spacelift-server', [{ op: 'add', path: '/status', value: { loadBalancer: {} } }])
    isFirst = false
  }
  await fake.converge(change)
  assert.equal(fake.cluster.log, ['assertLockHeld', REMOVE_AFFINITY, 'assertLockHeld', REMOVE_AFFINITY])
})

test('a field that another client changes during the repair is not overwritten: only what was planned is written', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  const change = await fake.plan()
  fake.cluster.after = () => fake.cluster.edit('ConfigMap', 'settings', [{ op: 'add', path: '/data/other', value: 'x' }])
  assert.is(await codeOf(() => fake.converge(change)), 'release/changed-meanwhile')
  assert.equal(fake.cluster.writes, [REMOVE_AFFINITY])
  assert.equal(fake.cluster.live('ConfigMap', 'settings').data, { level: 'info', other: 'x' })
})

test('an object that comes back changed ends after five rounds with a problem', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  const change = await fake.plan()
  fake.cluster.after = () => fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  assert.is(await codeOf(() => fake.converge(change)), 'release/changed-meanwhile')
  assert.equal(fake.cluster.writes, new Array(4).fill(REMOVE_AFFINITY))
})

test('another problem of a write ends the repair at once', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  const change = await fake.plan()
  fake.cluster.before = () => {
    throw new Error('the server refuses it')
  }
  assert.match((await codeOf(() => fake.converge(change))) ?? '', 'the server refuses it')
  assert.equal(fake.cluster.writes, [REMOVE_AFFINITY])
})

test('the lock is checked before every write, and a lost lock stops before the next one', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Service', 'spacelift-server', AFFINITY)
  fake.cluster.edit('Deployment', 'spacelift-server', DEBUG_VARIABLE)
  const change = await fake.plan()
  fake.lockChecksLeft = 1
  assert.is(await codeOf(() => fake.converge(change)), 'lock/lost')
  assert.equal(
    fake.cluster.log.map((entry) => entry.split(' ')[0]),
    ['assertLockHeld', 'patch', 'assertLockHeld'],
  )
})

test('an upgrade does not start without the lock', async () => {
  const fake = await FakeRelease.deployed()
  const change = await fake.plan({ level: 'debug' })
  fake.lockChecksLeft = 0
  assert.is(await codeOf(() => fake.converge(change)), 'lock/lost')
  assert.equal(fake.cluster.log, ['assertLockHeld'])
})

test('after a repair of a Deployment its pods are waited for, at most until the timeout', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Deployment', 'spacelift-server', DEBUG_VARIABLE)
  const change = await fake.plan()
  fake.cluster.podsBecomeReady = false
  const ending = follow(fake.converge(change))
  await fake.clock.pass(TIMEOUT_SECONDS * 1000 - 1)
  assert.not(ending.isOver)
  await fake.clock.pass(1000)
  assert.is(ending.problem?.code, 'release/not-rolled-out')
  assert.match(ending.problem?.summary ?? '', `spacelift-server were not all ready within ${TIMEOUT_SECONDS} s`)
})

test('the repair ends when its pods are ready', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Deployment', 'spacelift-server', DEBUG_VARIABLE)
  const change = await fake.plan()
  fake.cluster.podsBecomeReady = false
  const ending = follow(fake.converge(change))
  await fake.clock.pass(5_000)
  assert.not(ending.isOver)
  fake.cluster.podsBecomeReady = true
  fake.cluster.edit('Deployment', 'spacelift-server', [])
  await fake.clock.pass(500)
  assert.equal(ending.value?.facts, change.desired)
})

test('an abort ends the wait for pods at once', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.edit('Deployment', 'spacelift-server', DEBUG_VARIABLE)
  const change = await fake.plan()
  fake.cluster.podsBecomeReady = false
  const ending = follow(fake.converge(change))
  await fake.clock.pass(5_000)
  fake.abort.abort()
  await fake.clock.pass(0)
  assert.ok(ending.isOver)
  assert.is(ending.value, undefined)
})

test.run()
