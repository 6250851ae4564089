import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { otherWorld, untoldStore } from '../../src/reconcile/worldCheck.ts'
import type { WorldIdentity } from '../../src/state/state.ts'

const home: WorldIdentity = { cluster: 'c', objectStore: 'id', objectStoreEndpoint: 'https://minio', registries: ['r'] }

test('the world that was applied to is known again, also when the object store does not tell its id', () => {
  assert.is(otherWorld(null, home), undefined)
  assert.is(otherWorld(home, home), undefined)
  assert.is(otherWorld(home, { ...home, objectStore: '' }), undefined)
  assert.is(otherWorld({ ...home, objectStore: '' }, home), undefined)
  assert.is(otherWorld(home, { ...home, objectStoreEndpoint: 'https://moved-name' }), undefined)
})

test('another cluster or another object store is named, with the way out', () => {
  assert.match(otherWorld(home, { ...home, cluster: 'd' })?.detail ?? '', /the cluster \(kube-system c, now d\)/)
  assert.match(otherWorld(home, { ...home, objectStore: 'other' })?.detail ?? '', /the object store \(id, now other\)/)
  const unnamed = otherWorld(home, { ...home, objectStore: '', objectStoreEndpoint: 'https://elsewhere' })
  assert.match(unnamed?.detail ?? '', /https:\/\/minio, now https:\/\/elsewhere/)
  assert.match(unnamed?.remedy ?? '', /--accept-new-world/)
})

test('an object store that no longer tells the id it was known by is a problem that names the right', () => {
  assert.match(untoldStore(home, { ...home, objectStore: '' })?.remedy ?? '', /admin:ServerInfo/)
  assert.is(untoldStore(home, home), undefined)
  assert.is(untoldStore({ ...home, objectStore: '' }, { ...home, objectStore: '' }), undefined)
  assert.is(untoldStore(null, { ...home, objectStore: '' }), undefined)
})

test.run()
