import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { AdaptiveLimiter } from '../../../../src/world/http/adaptiveLimiter.ts'

const TIMEOUT = new Error('timeout')
const isTimeout = (error: unknown) => error === TIMEOUT
/** Longer than any test: such a server never counts as slow. */
const NEVER = 2 ** 30

/** A server whose responses the test controls. */
class Server {
  readonly received: string[] = []
  readonly #open = new Map<string, { resolve(text: string): void; reject(error: Error): void }>()

  readonly send = (name: string) => (): Promise<string> => {
    this.received.push(name)
    return new Promise((resolve, reject) => this.#open.set(name, { resolve, reject }))
  }

  get running(): number {
    return this.#open.size
  }

  async respond(name: string): Promise<void> {
    this.#take(name)?.resolve(`${name}!`)
    await settled()
  }

  async fail(name: string, error: Error): Promise<void> {
    this.#take(name)?.reject(error)
    await settled()
  }

  #take(name: string) {
    const open = this.#open.get(name)
    this.#open.delete(name)
    return open
  }
}

test('a fast server gets two requests at a time, in order', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(12, isTimeout, NEVER)
  const results = Promise.all(['a', 'b', 'c', 'd'].map((name) => limiter.run(server.send(name))))
  assert.equal(server.received, ['a', 'b'])
  await server.respond('b')
  assert.equal(server.received, ['a', 'b', 'c'])
  for (const name of ['a', 'c', 'd']) await server.respond(name)
  assert.equal(await results, ['a!', 'b!', 'c!', 'd!'])
})

test('a request that goes first comes before all waiting requests', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(2, isTimeout, NEVER)
  const results = Promise.all([...['a', 'b', 'c'].map((name) => limiter.run(server.send(name))), limiter.run(server.send('write'), true)])
  await server.respond('a')
  assert.equal(server.received, ['a', 'b', 'write'])
  for (const name of ['b', 'write', 'c']) await server.respond(name)
  await results
})

test('a server that becomes slow gets the maximum of concurrent requests from then on', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(4, isTimeout, 1)
  const results = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => limiter.run(server.send(name))))
  while (server.running < 4) await settled()
  assert.equal(server.received, ['a', 'b', 'c', 'd'])
  for (const name of ['d', 'a']) await server.respond(name)
  assert.equal(server.received, ['a', 'b', 'c', 'd', 'e', 'f'])
  for (const name of ['b', 'c', 'e', 'f']) await server.respond(name)
  await results
  const later = Promise.all(['g', 'h', 'i', 'j', 'k'].map((name) => limiter.run(server.send(name))))
  assert.is(server.running, 4)
  for (const name of ['g', 'h', 'i', 'j', 'k']) await server.respond(name)
  await later
})

test('when no request gets a response, the waiting requests fail with the first timeout', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(12, isTimeout, NEVER)
  const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => limiter.run(server.send(name))))
  await server.fail('a', TIMEOUT)
  await server.fail('b', TIMEOUT)
  assert.equal(
    (await results).map((result) => result.status === 'rejected' && result.reason),
    [TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT],
  )
  assert.equal(server.received, ['a', 'b'])
  const again = limiter.run(server.send('e'))
  await server.respond('e')
  assert.is(await again, 'e!')
})

test('a timeout of one request while others get responses fails only this request', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(12, isTimeout, NEVER)
  const results = Promise.allSettled(['a', 'b', 'c', 'd'].map((name) => limiter.run(server.send(name))))
  await server.respond('b')
  await server.fail('a', TIMEOUT)
  for (const name of ['c', 'd']) await server.respond(name)
  assert.equal(
    (await results).map((result) => result.status),
    ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
  )
})

test('any other failure fails only its own request', async () => {
  const server = new Server()
  const limiter = new AdaptiveLimiter(12, isTimeout, NEVER)
  const results = Promise.allSettled(['a', 'b', 'c'].map((name) => limiter.run(server.send(name))))
  await server.fail('a', new Error('reset'))
  for (const name of ['b', 'c']) await server.respond(name)
  assert.equal(
    (await results).map((result) => result.status),
    ['rejected', 'fulfilled', 'fulfilled'],
  )
})

test('in any order of responses, every request is sent once and the limit is never exceeded', async () => {
  const order = fc.record({
    max: fc.integer({ min: 1, max: 6 }),
    slowAfterMs: fc.constantFrom(0, NEVER),
    picks: fc.array(fc.nat(), { maxLength: 30 }),
  })
  await fc.assert(
    fc.asyncProperty(order, async ({ max, slowAfterMs, picks }) => {
      const server = new Server()
      const limiter = new AdaptiveLimiter(max, isTimeout, slowAfterMs)
      const names = picks.map((_, i) => `${i}`)
      const results = Promise.allSettled(names.map((name) => limiter.run(server.send(name))))
      const done = new Set<string>()
      for (const pick of picks) {
        await settled()
        assert.ok(server.running <= max)
        const open = server.received.filter((name) => !done.has(name))
        const name = open[pick % open.length] as string
        done.add(name)
        await (pick % 3 === 0 ? server.fail(name, new Error('reset')) : server.respond(name))
      }
      await results
      assert.equal(server.received, names)
    }),
    { numRuns: 100, seed: 20 },
  )
})

/** Lets all pending promise callbacks run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

test.run()
