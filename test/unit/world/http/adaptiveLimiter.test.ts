import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AdaptiveLimiter } from '../../../../src/world/http/adaptiveLimiter.ts'

const SILENCE = new Error('silence')
const isSilence = (error: unknown) => error === SILENCE
/** Longer than any test: such a server counts as near. */
const NEVER = 2 ** 30

/** A server whose answers the test gives. */
class Server {
  readonly asked: string[] = []
  readonly #open = new Map<string, { resolve(text: string): void; reject(error: Error): void }>()

  readonly ask = (what: string) => (): Promise<string> => {
    this.asked.push(what)
    return new Promise((resolve, reject) => this.#open.set(what, { resolve, reject }))
  }

  get busy(): number {
    return this.#open.size
  }

  async answers(what: string): Promise<void> {
    this.#take(what)?.resolve(`${what}!`)
    await settled()
  }

  async fails(what: string, error: Error): Promise<void> {
    this.#take(what)?.reject(error)
    await settled()
  }

  #take(what: string) {
    const open = this.#open.get(what)
    this.#open.delete(what)
    return open
  }
}

test('a server that answers soon is asked two things at a time, in order', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(12, isSilence, NEVER)
  const all = Promise.all(['a', 'b', 'c', 'd'].map((what) => lanes.run(server.ask(what))))
  assert.equal(server.asked, ['a', 'b'])
  await server.answers('b')
  assert.equal(server.asked, ['a', 'b', 'c'])
  for (const what of ['a', 'c', 'd']) await server.answers(what)
  assert.equal(await all, ['a!', 'b!', 'c!', 'd!'])
})

test('what must not wait comes before all that waits', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(2, isSilence, NEVER)
  const all = Promise.all([...['a', 'b', 'c'].map((what) => lanes.run(server.ask(what))), lanes.run(server.ask('write'), true)])
  await server.answers('a')
  assert.equal(server.asked, ['a', 'b', 'write'])
  for (const what of ['b', 'write', 'c']) await server.answers(what)
  await all
})

test('one that lets everybody wait is asked as much at a time as is allowed, and from then on', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(4, isSilence, 1)
  const all = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((what) => lanes.run(server.ask(what))))
  while (server.busy < 4) await settled()
  assert.equal(server.asked, ['a', 'b', 'c', 'd'])
  for (const what of ['d', 'a']) await server.answers(what)
  assert.equal(server.asked, ['a', 'b', 'c', 'd', 'e', 'f'])
  for (const what of ['b', 'c', 'e', 'f']) await server.answers(what)
  await all
  const later = Promise.all(['g', 'h', 'i', 'j', 'k'].map((what) => lanes.run(server.ask(what))))
  assert.is(server.busy, 4)
  for (const what of ['g', 'h', 'i', 'j', 'k']) await server.answers(what)
  await later
})

test('a server that says nothing to anybody is waited for once', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(12, isSilence, NEVER)
  const all = Promise.allSettled(['a', 'b', 'c', 'd'].map((what) => lanes.run(server.ask(what))))
  await server.fails('a', SILENCE)
  await server.fails('b', SILENCE)
  assert.equal(
    (await all).map((one) => one.status === 'rejected' && one.reason),
    [SILENCE, SILENCE, SILENCE, SILENCE],
  )
  assert.equal(server.asked, ['a', 'b'])
  const again = lanes.run(server.ask('e'))
  await server.answers('e')
  assert.is(await again, 'e!')
})

test('silence towards one request while others are answered is its own', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(12, isSilence, NEVER)
  const all = Promise.allSettled(['a', 'b', 'c', 'd'].map((what) => lanes.run(server.ask(what))))
  await server.answers('b')
  await server.fails('a', SILENCE)
  for (const what of ['c', 'd']) await server.answers(what)
  assert.equal(
    (await all).map((one) => one.status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
})

test('other failures are each request’s own', async () => {
  const server = new Server()
  const lanes = new AdaptiveLimiter(12, isSilence, NEVER)
  const all = Promise.allSettled(['a', 'b', 'c'].map((what) => lanes.run(server.ask(what))))
  await server.fails('a', new Error('reset'))
  for (const what of ['b', 'c']) await server.answers(what)
  assert.equal(
    (await all).map((one) => one.status),
    ['rejected', 'fulfilled', 'fulfilled'],
  )
})

test('whatever the order of answers, every request is made once and no more at a time than is allowed', async () => {
  const order = fc.record({
    most: fc.integer({ min: 1, max: 6 }),
    soonMs: fc.constantFrom(0, NEVER),
    picks: fc.array(fc.nat(), { maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(order, async ({ most, soonMs, picks }) => {
      const server = new Server()
      const lanes = new AdaptiveLimiter(most, isSilence, soonMs)
      const names = picks.map((_, i) => `${i}`)
      const all = Promise.allSettled(names.map((what) => lanes.run(server.ask(what))))
      const answered = new Set<string>()
      for (const pick of picks) {
        await settled()
        assert.ok(server.busy <= most)
        const open = server.asked.filter((what) => !answered.has(what))
        const what = open[pick % open.length] as string
        answered.add(what)
        await (pick % 3 === 0 ? server.fails(what, new Error('reset')) : server.answers(what))
      }
      await all
      assert.equal(server.asked, names)
    }),
    { numRuns: 100, seed: 20 },
  )
})

/** Everything that was decided has been carried out. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test.run()
