import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { unidentifiedStore, worldMismatch } from '../../../src/reconcile/worldCheck.ts'
import type { WorldIdentity } from '../../../src/state/state.ts'

const home: WorldIdentity = { cluster: 'c', objectStore: 'id', objectStoreEndpoint: 'https://minio', registries: ['r'] }

test('the recorded world is recognized, also when the object store does not return its id', () => {
  assert.is(worldMismatch(null, home), undefined)
  assert.is(worldMismatch(home, home), undefined)
  assert.is(worldMismatch(home, { ...home, objectStore: '' }), undefined)
  assert.is(worldMismatch({ ...home, objectStore: '' }, home), undefined)
  assert.is(worldMismatch(home, { ...home, objectStoreEndpoint: 'https://moved-name' }), undefined)
})

test('another cluster or object store is named, with the remedy', () => {
  assert.match(worldMismatch(home, { ...home, cluster: 'd' })?.detail ?? '', /the cluster \(kube-system c, now d\)/)
  assert.match(worldMismatch(home, { ...home, objectStore: 'other' })?.detail ?? '', /the object store \(id, now other\)/)
  const unnamed = worldMismatch(home, { ...home, objectStore: '', objectStoreEndpoint: 'https://elsewhere' })
  assert.match(unnamed?.detail ?? '', /https:\/\/minio, now https:\/\/elsewhere/)
  assert.match(unnamed?.remedy ?? '', /--accept-new-world/)
})

test('an object store that no longer returns its recorded id is a problem that names the missing permission', () => {
  assert.match(unidentifiedStore(home, { ...home, objectStore: '' })?.remedy ?? '', /admin:ServerInfo/)
  assert.is(unidentifiedStore(home, home), undefined)
  assert.is(unidentifiedStore({ ...home, objectStore: '' }, { ...home, objectStore: '' }), undefined)
  assert.is(unidentifiedStore(null, { ...home, objectStore: '' }), undefined)
})

test.run()
