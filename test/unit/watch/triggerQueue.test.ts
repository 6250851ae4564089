import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { TriggerQueue } from '../../../src/watch/triggerQueue.ts'
import type { Trigger } from '../../../src/watch/watchEvents.ts'
import { watchLoop } from '../../../src/watch/watchLoop.ts'
import { FakeClock, settle } from '../../support/fakeClock.ts'

type Look = { readonly from: number; to: number; readonly why: readonly Trigger[] }

/** Rounds on a clock of their own, in which each check takes `lookMs`. */
function start(lookMs: () => number, pauseMs = 60_000) {
  const clock = new FakeClock()
  const queue = new TriggerQueue()
  const stop = new AbortController()
  const looks: Look[] = []
  let running = 0
  const check = async (why: ReadonlySet<Trigger>) => {
    assert.is(++running, 1, 'two looks at a time')
    const it: Look = { from: clock.monotonic(), to: Number.POSITIVE_INFINITY, why: [...why].sort() }
    looks.push(it)
    await clock.sleep(lookMs())
    it.to = clock.monotonic()
    running--
  }
  const ended = watchLoop({ queue, clock, signal: stop.signal, check, pauseMs: () => pauseMs })
  return { clock, queue, looks, stop, ended }
}

test('it looks at once, and again when the time has passed since the end of a check', async () => {
  const { clock, looks } = start(() => 1_000)
  await clock.pass(121_999)
  assert.equal(
    looks.map(({ from, why }) => [from, ...why]),
    [
      [0, 'start'],
      [61_000, 'timer'],
    ],
  )
})

test('a hundred triggers during one check lead to exactly one more', async () => {
  const { clock, queue, looks } = start(() => 1_000)
  await clock.pass(500)
  for (let i = 0; i < 100; i++) queue.trigger(i % 2 === 0 ? 'file' : 'signal')
  await clock.pass(30_000)
  assert.equal(
    looks.map(({ from, why }) => [from, ...why]),
    [
      [0, 'start'],
      [1_000, 'file', 'signal'],
    ],
  )
})

test('a trigger between looks is followed at once, and the timer begins anew', async () => {
  const { clock, queue, looks } = start(() => 0)
  await clock.pass(50_000)
  queue.trigger('file')
  await clock.pass(59_999)
  assert.equal(
    looks.map(({ from }) => from),
    [0, 50_000],
  )
  await clock.pass(1)
  assert.is(looks.length, 3)
})

test('it ends when it is told to, whether it looks or waits', async () => {
  const waiting = start(() => 0)
  await waiting.clock.pass(1)
  waiting.stop.abort()
  await waiting.ended
  const looking = start(() => 1_000)
  await looking.clock.pass(500)
  looking.stop.abort()
  looking.queue.trigger('file')
  await looking.clock.pass(1_000)
  await looking.ended
  assert.is(looking.looks.length, 1)
})

test('property: after the last trigger there is a check from beginning to end, and never more looks than triggers', async () => {
  const triggers = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 40 })
  const durations = fc.array(fc.nat(900), { minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(triggers, durations, async (times, lengths) => {
      let next = 0
      const { clock, queue, looks, stop, ended } = start(() => lengths[next++ % lengths.length] ?? 0, 10 ** 9)
      const sorted = [...times].sort((a, b) => a - b)
      for (const at of sorted) {
        await clock.pass(at - clock.monotonic())
        queue.trigger('file')
      }
      await settle()
      await clock.pass(2_000)
      const last = sorted.at(-1) ?? 0
      assert.ok(looks.some(({ from, to }) => from >= last && to <= clock.monotonic()))
      assert.ok(looks.length <= 1 + times.length)
      stop.abort()
      await ended
    }),
    { seed: 20_261_124, numRuns: 100 },
  )
})

test.run()
