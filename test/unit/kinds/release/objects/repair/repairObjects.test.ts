import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Sealed } from '../../../../../../src/values/sealed.ts'
import type { LiveSecret, RawObject } from '../../../../../../src/world/ports/cluster.ts'
import { codeOf } from '../../../bucket/fakeStore.ts'
import { named } from '../../fakeHelm.ts'
import { FakeRelease } from '../../fakeRelease.ts'

const PASSWORD = 'sesame-open-2026'
const withSecret = (objects: RawObject[]): RawObject[] => [
  ...objects,
  { ...named('v1', 'Secret', 'session'), type: 'Opaque', data: { key: Buffer.from(PASSWORD).toString('base64') } },
]

function dataOf(fake: FakeRelease): ReadonlyMap<string, Sealed> {
  return (fake.cluster.secrets.get('session') as LiveSecret).data
}

test('an object with the marks of the release that its manifest does not declare is deleted under its guard', async () => {
  const fake = await FakeRelease.deployed()
  const { uid: _, ...metadata } = fake.cluster.live('Service', 'spacelift-server').metadata as { uid: string; name: string }
  fake.cluster.put({ ...fake.cluster.live('Service', 'spacelift-server'), metadata: { ...metadata, name: 'copy' } })
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.log, ['assertLockHeld', 'delete Service copy'])
  assert.not(fake.cluster.has('Service', 'copy'))
})

test('an object without the marks of the release is not its object', async () => {
  const fake = await FakeRelease.deployed()
  fake.cluster.put({ ...named('v1', 'Service', 'foreign'), spec: {} })
  assert.equal((await fake.plan()).edits, [])
})

test('a deletion is refused when the object changed meanwhile', async () => {
  const fake = await FakeRelease.deployed()
  const { uid: _, ...metadata } = fake.cluster.live('Service', 'spacelift-server').metadata as { uid: string; name: string }
  fake.cluster.put({ ...fake.cluster.live('Service', 'spacelift-server'), metadata: { ...metadata, name: 'copy' } })
  const change = await fake.plan()
  fake.cluster.before = () => fake.cluster.edit('Service', 'copy', [])
  assert.is(await codeOf(() => fake.converge(change)), 'release/changed-meanwhile')
  assert.ok(fake.cluster.has('Service', 'copy'))
})

test('an undeclared key of a secret of the chart is removed; its other keys are not written', async () => {
  const fake = await FakeRelease.deployed({}, withSecret)
  fake.cluster.putSecret('session', new Map([...dataOf(fake), ['extra', Sealed.of('x')]]))
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.log, ['assertLockHeld', 'patch Secret session: set , unset extra'])
  assert.equal([...dataOf(fake).keys()], ['key'])
})

test('a secret that a hook creates is created and repaired by patches: no upgrade writes it', async () => {
  const hook = (objects: RawObject[]): RawObject[] =>
    withSecret(objects).map((raw) =>
      raw.kind === 'Secret' ? { ...raw, metadata: { name: 'session', annotations: { 'helm.sh/hook': 'pre-install,pre-upgrade' } } } : raw,
    )
  const fake = await FakeRelease.deployed({}, hook)
  const { record } = fake.cluster
  if (record.is === 'present') {
    const [manifest, secret] = record.value.manifest.split(/(?=---\n.*"kind":"Secret")/) as [string, string]
    fake.cluster.setRecord({ ...record.value, manifest, hooks: [{ manifest: secret, ran: true }] })
  }
  fake.cluster.putSecret('session', new Map([['key', Sealed.of('another')]]))
  await fake.converge(await fake.plan())
  assert.equal(fake.cluster.log, ['assertLockHeld', 'patch Secret session: set key, unset '])
  assert.is(dataOf(fake).get('key')?.open(), PASSWORD)
  fake.cluster.secrets.clear()
  await fake.converge(await fake.plan())
  assert.is(fake.cluster.writes.at(-1), 'create Secret session with key')
  assert.is(dataOf(fake).get('key')?.open(), PASSWORD)
})

test('a missing object that no upgrade writes is created, and refused if another client creates it first', async () => {
  const hook = { ...named('v1', 'ConfigMap', 'hook'), data: { a: 'b' } }
  const fake = await FakeRelease.deployed()
  const { record } = fake.cluster
  const hooks = [
    { manifest: JSON.stringify({ ...hook, metadata: { name: 'hook', annotations: { 'helm.sh/hook': 'pre-upgrade' } } }), ran: true },
  ]
  if (record.is === 'present') fake.cluster.setRecord({ ...record.value, hooks })
  const change = await fake.plan()
  await fake.converge(change)
  assert.equal(fake.cluster.log, ['assertLockHeld', 'create ConfigMap hook'])
  assert.equal(fake.cluster.live('ConfigMap', 'hook').data, { a: 'b' })
  fake.cluster.delete('ConfigMap', 'hook')
  const again = await fake.plan()
  fake.cluster.before = () => fake.cluster.put({ ...hook, data: { a: 'of another client' } })
  assert.is(await codeOf(() => fake.converge(again)), 'cluster/exists')
  assert.equal(fake.cluster.live('ConfigMap', 'hook').data, { a: 'of another client' })
})

test('no secret value is part of a change, of its edits or of the converged facts', async () => {
  const fake = await FakeRelease.deployed({}, withSecret)
  fake.cluster.putSecret('session', new Map([['key', Sealed.of('another-secret-value')]]))
  const change = await fake.plan()
  const converged = await fake.converge(change)
  const text = JSON.stringify([change.edits, change.desired, converged, fake.progress])
  assert.not.match(text, PASSWORD)
  assert.not.match(text, Buffer.from(PASSWORD).toString('base64'))
  assert.not.match(text, 'another-secret-value')
})

test.run()
