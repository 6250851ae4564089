import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Recorder } from '../../../src/reconcile/recorder.ts'
import type { FileStore } from '../../../src/state/fileStore.ts'
import { emptyState, type State } from '../../../src/state/state.ts'
import { address } from '../../../src/values/address.ts'

/** Keeps what is saved; each save waits for letThrough. */
class SlowStore {
  readonly saved: string[][] = []
  #waiting: (() => void)[] = []

  async save(state: State): Promise<void> {
    const names = Object.keys(state.resources)
    await new Promise<void>((resolve) => this.#waiting.push(resolve))
    this.saved.push(names)
  }

  async letThrough(): Promise<void> {
    await settle()
    this.#waiting.shift()?.()
    await settle()
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))
const resource = (name: string) => ({ address: address('bucket', name), facts: { versioning: 'off' }, guard: 'g' })

test('records that come during a write share the next one, and none is done before it is on disk', async () => {
  const store = new SlowStore()
  const recorder = new Recorder(store as unknown as FileStore, emptyState('lineage'), [], new Set())
  const done: string[] = []
  const record = (name: string) => recorder.record(resource(name)).then(() => done.push(name))
  const all = [record('a')]
  await settle()
  all.push(record('b'), record('c'))
  await store.letThrough()
  assert.equal([store.saved, done], [[['bucket/a']], ['a']])
  await store.letThrough()
  assert.equal(
    [store.saved[1], done],
    [
      ['bucket/a', 'bucket/b', 'bucket/c'],
      ['a', 'b', 'c'],
    ],
  )
  await Promise.all(all)
  assert.is(store.saved.length, 2)
})

test('a write that fails fails for all that shared it, and nothing is written after it', async () => {
  const store = { saves: 0, save: () => Promise.reject(new Error(`full ${store.saves++}`)) }
  const recorder = new Recorder(store as unknown as FileStore, emptyState('lineage'), [], new Set())
  const outcomes = await Promise.allSettled([recorder.record(resource('a')), recorder.record(resource('b'))])
  assert.equal([outcomes.map(({ status }) => status), store.saves], [['rejected', 'rejected'], 1])
  assert.is((await Promise.allSettled([recorder.record(resource('c'))]))[0]?.status, 'rejected')
  assert.is(store.saves, 1)
})

test('the world is recorded in the state, and an object store without an id keeps the known one', async () => {
  const states: State[] = []
  const store = { save: async (state: State) => void states.push(state) }
  const recorder = new Recorder(store as unknown as FileStore, emptyState('lineage'), [], new Set())
  const world = { cluster: 'c', objectStore: 'o', objectStoreEndpoint: 'https://minio', registries: ['r'] }
  await recorder.recordWorld(world)
  await recorder.recordWorld({ ...world, cluster: 'd', objectStore: '' })
  await recorder.record(resource('a'))
  assert.equal(Object.keys(states.at(-1) ?? {}).sort(), Object.keys(emptyState('lineage')).sort())
  assert.equal(
    states.map((state) => state.world),
    [world, { ...world, cluster: 'd' }, { ...world, cluster: 'd' }],
  )
})

test.run()
