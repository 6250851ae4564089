import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { bucket } from '../../../../src/kinds/bucket.ts'
import { declare, FakeStore, NEW, RUN_LOGS } from './fakeStore.ts'

const [declared] = declare(RUN_LOGS)

async function watchedOf(store: FakeStore, watches = true) {
  assert.ok(declared)
  return bucket.observe({ ...store.work(), includeUnmanaged: watches }, declared)
}

test('a bucket as the guide configures it has no unmanaged difference', async () => {
  const seen = await watchedOf(new FakeStore({ logs: NEW }))
  assert.equal(seen.is === 'present' && seen.unmanaged, [])
})

test('replication, notifications, locks and quotas are reported, each with the command that shows more', async () => {
  const store = new FakeStore({ logs: NEW })
  store.surroundings = { objectLock: true, replicationTargets: ['arn:a', 'arn:b'], notificationTargets: ['arn:q'], quotaBytes: 5 }
  const seen = await watchedOf(store)
  assert.ok(seen.is === 'present' && seen.unmanaged)
  assert.equal(
    seen.unmanaged.map(({ pointer, expected, actual }) => [pointer, expected, actual]),
    [
      ['/objectLock', 'off', 'on'],
      ['/replication/arn:a', 'none', 'on'],
      ['/replication/arn:b', 'none', 'on'],
      ['/notification/arn:q', 'none', 'on'],
      ['/quota', 'none', '5 bytes'],
    ],
  )
  for (const { remedy } of seen.unmanaged) assert.match(remedy, /mc \w+ (info|ls) ALIAS\/logs$/)
})

test('a plan does not read what it would never change', async () => {
  const store = new FakeStore({ logs: NEW })
  store.surroundings = { objectLock: true }
  const seen = await watchedOf(store, false)
  assert.is(seen.is === 'present' && seen.unmanaged, undefined)
})

test('settings that cannot be read make the bucket unknown; an absent bucket stays absent', async () => {
  const store = new FakeStore()
  assert.is((await watchedOf(store)).is, 'absent')
  store.answers = false
  assert.is((await watchedOf(store)).is, 'unknown')
})

test.run()
