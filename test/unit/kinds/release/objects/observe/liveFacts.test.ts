import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { objectFacts } from '../../../../../../src/kinds/release/objects/facts/objectFacts.ts'
import { type ManifestObject, objectKey, objectsOfRecord } from '../../../../../../src/kinds/release/objects/manifest.ts'
import { fieldOwners } from '../../../../../../src/kinds/release/objects/observe/fieldOwners.ts'
import { liveFacts } from '../../../../../../src/kinds/release/objects/observe/liveFacts.ts'
import { patchOf } from '../../../../../../src/kinds/release/objects/repair/patch.ts'
import { differences } from '../../../../../../src/values/diff.ts'
import type { Fingerprint } from '../../../../../../src/values/fingerprint.ts'
import type { RawObject } from '../../../../../../src/world/ports/cluster.ts'
import { live, record } from '../captured.ts'

const manifest = new Map((await objectsOfRecord(record)).map((one) => [one.key, one]))
const found = new Map(live.map((one) => [objectKey(one, record.namespace), one]))
const print = () => 'fingerprint' as Fingerprint

const DONE = ['Service/spacelift-mqtt', 'apps/Deployment/spacelift-drain', 'apps/Deployment/spacelift-server']

test('what an API server adds to a manifest is no difference; manual changes are', () => {
  assert.equal([...found.keys()].sort(), [...manifest.keys()].sort())
  assert.is(manifest.size, 8)
  for (const key of manifest.keys()) if (!DONE.includes(key)) assert.equal(editsOf(key), [], key)
})

test('exactly the manual changes are found', () => {
  assert.equal(
    DONE.flatMap((key) => editsOf(key)),
    [
      ['/metadata/labels/who', 'me', undefined],
      ['/spec/replicas', 2, 3],
      ['/spec/template/spec/containers/server/env/DB_PASSWORD/value', 'fingerprint', undefined],
    ],
  )
})

test('each change has its writer; kubectl scale has no time', () => {
  const by = (key: string, pointer: string) => {
    const one = found.get(key)
    return one && fieldOwners(one.raw, one.managedFields).get(pointer)?.manager
  }
  assert.is(by('Service/spacelift-mqtt', '/metadata/labels/who'), 'kubectl-label')
  assert.is(by('apps/Deployment/spacelift-drain', '/spec/replicas'), 'kubectl')
  assert.is(by('apps/Deployment/spacelift-server', '/spec/template/spec/containers/server/env/DB_PASSWORD/value'), 'kubectl-set')
  assert.is(by('apps/Deployment/spacelift-server', '/spec/template/spec/containers/server/image'), 'helm')
  assert.is(by('apps/Deployment/spacelift-server', '/spec/template/spec/containers/server/livenessProbe'), undefined)
  const drain = found.get('apps/Deployment/spacelift-drain')
  assert.equal(drain && fieldOwners(drain.raw, drain.managedFields).get('/spec/replicas'), { manager: 'kubectl' })
})

test('a patch removes what is not declared, and nothing else', () => {
  assert.equal(patchFor('Service/spacelift-mqtt'), [{ op: 'remove', path: '/metadata/labels/who' }])
  assert.equal(patchFor('apps/Deployment/spacelift-drain'), [{ op: 'add', path: '/spec/replicas', value: 3 }])
  assert.equal(patchFor('apps/Deployment/spacelift-server'), [{ op: 'remove', path: '/spec/template/spec/containers/0/env/2' }])
})

test('outside the pod template only the manifest’s annotations are facts, within it all are', () => {
  const annotated = (raw: RawObject) => {
    const copy = structuredClone(raw) as { metadata: { annotations: object }; spec: { template: { metadata: { annotations: object } } } }
    Object.assign(copy.metadata.annotations, { 'deployment.kubernetes.io/revision': '9', 'example.com/seen': 'x' })
    Object.assign(copy.spec.template.metadata.annotations, { 'example.com/by-hand': 'x', 'kubectl.kubernetes.io/restartedAt': 'now' })
    return copy
  }
  const edits = editsOf('apps/Deployment/spacelift-scheduler', annotated)
  assert.equal(edits, [['/spec/template/metadata/annotations/example.com~1by-hand', 'fingerprint', undefined]])
})

test('a pending deletion is a fact, and so is a finalizer', () => {
  const deleted = (raw: RawObject) => ({
    ...raw,
    metadata: {
      ...(raw.metadata as object),
      deletionTimestamp: '2026-06-01T12:00:00Z',
      finalizers: ['example.com/held', 'foregroundDeletion'],
    },
  })
  assert.equal(editsOf('Service/spacelift-server', deleted), [
    ['/metadata/deleting', true, undefined],
    ['/metadata/finalizers/example.com~1held', true, undefined],
  ])
})

function sidesOf(key: string, change: (raw: RawObject) => RawObject = (raw) => raw) {
  const [one, declared] = [found.get(key), manifest.get(key)] as [(typeof live)[number], ManifestObject]
  const wanted = objectFacts(declared.raw)
  return {
    live: one.raw,
    manifest: declared.raw,
    desired: wanted,
    seen: liveFacts(one.kind, change(one.raw), wanted, fieldOwners(one.raw, one.managedFields), print),
  }
}

function editsOf(key: string, change?: (raw: RawObject) => RawObject) {
  const { seen, desired } = sidesOf(key, change)
  return differences(seen, desired).map(({ pointer, from, to }) => [pointer, from, to])
}

function patchFor(key: string) {
  const sides = sidesOf(key)
  return patchOf(differences(sides.seen, sides.desired), sides)
}

test.run()
