import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { TriggerQueue } from '../../../src/watch/triggerQueue.ts'
import type { Trigger } from '../../../src/watch/watchEvents.ts'
import { watchLoop } from '../../../src/watch/watchLoop.ts'
import { FakeClock, settle } from '../../support/fakeClock.ts'

type Check = { readonly from: number; to: number; readonly triggers: readonly Trigger[] }

/** The loop on a clock of its own, in which each check takes `checkMs`. */
function start(checkMs: () => number, pauseMs = 60_000) {
  const clock = new FakeClock()
  const queue = new TriggerQueue()
  const stop = new AbortController()
  const checks: Check[] = []
  let running = 0
  const check = async (triggers: ReadonlySet<Trigger>) => {
    assert.is(++running, 1, 'two checks at a time')
    const current: Check = { from: clock.monotonic(), to: Number.POSITIVE_INFINITY, triggers: [...triggers].sort() }
    checks.push(current)
    await clock.sleep(checkMs())
    current.to = clock.monotonic()
    running--
  }
  const ended = watchLoop({ queue, clock, signal: stop.signal, check, pauseMs: () => pauseMs })
  return { clock, queue, checks, stop, ended }
}

test('it checks at once, and again when the interval has passed since the end of a check', async () => {
  const { clock, checks } = start(() => 1_000)
  await clock.pass(121_999)
  assert.equal(
    checks.map(({ from, triggers }) => [from, ...triggers]),
    [
      [0, 'start'],
      [61_000, 'timer'],
    ],
  )
})

test('a hundred triggers during one check lead to exactly one more', async () => {
  const { clock, queue, checks } = start(() => 1_000)
  await clock.pass(500)
  for (let i = 0; i < 100; i++) queue.trigger(i % 2 === 0 ? 'file' : 'signal')
  await clock.pass(30_000)
  assert.equal(
    checks.map(({ from, triggers }) => [from, ...triggers]),
    [
      [0, 'start'],
      [1_000, 'file', 'signal'],
    ],
  )
})

test('a trigger between checks starts one at once and restarts the timer', async () => {
  const { clock, queue, checks } = start(() => 0)
  await clock.pass(50_000)
  queue.trigger('file')
  await clock.pass(59_999)
  assert.equal(
    checks.map(({ from }) => from),
    [0, 50_000],
  )
  await clock.pass(1)
  assert.is(checks.length, 3)
})

test('it stops when aborted, whether it checks or waits', async () => {
  const waiting = start(() => 0)
  await waiting.clock.pass(1)
  waiting.stop.abort()
  await waiting.ended
  const checking = start(() => 1_000)
  await checking.clock.pass(500)
  checking.stop.abort()
  checking.queue.trigger('file')
  await checking.clock.pass(1_000)
  await checking.ended
  assert.is(checking.checks.length, 1)
})

test('property: after the last trigger there is one complete check, and never more checks than triggers', async () => {
  const triggers = fc.array(fc.nat(5_000), { minLength: 1, maxLength: 40 })
  const durations = fc.array(fc.nat(900), { minLength: 1, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(triggers, durations, async (times, lengths) => {
      let next = 0
      const { clock, queue, checks, stop, ended } = start(() => lengths[next++ % lengths.length] ?? 0, 10 ** 9)
      const sorted = [...times].sort((a, b) => a - b)
      for (const at of sorted) {
        await clock.pass(at - clock.monotonic())
        queue.trigger('file')
      }
      await settle()
      await clock.pass(2_000)
      const last = sorted.at(-1) ?? 0
      assert.ok(checks.some(({ from, to }) => from >= last && to <= clock.monotonic()))
      assert.ok(checks.length <= 1 + times.length)
      stop.abort()
      await ended
    }),
    { seed: 20_261_124, numRuns: 100 },
  )
})

test.run()
