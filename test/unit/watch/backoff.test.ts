import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Backoff } from '../../../src/watch/backoff.ts'
import { FakeClock } from '../../support/fakeClock.ts'

const LEAST = '00000000-0000-4000-8000-000000000000'
const MOST = 'ffffffff-ffff-4fff-bfff-ffffffffffff'
const TEN_MINUTES = 600_000

const backoff = (clock: FakeClock, uuid: string) => new Backoff({ clock, randomness: { uuid: () => uuid } })

test('each failure doubles the pause, up to ten minutes', () => {
  const it = backoff(new FakeClock(), MOST)
  const pauses = Array.from({ length: 12 }, () => it.failed())
  assert.equal(pauses.slice(0, 3), [5_000, 10_000, 20_000])
  assert.ok(pauses.every((pause, i) => pause >= (pauses[i - 1] ?? 0) && pause <= TEN_MINUTES))
  assert.is(pauses.at(-1), TEN_MINUTES)
})

test('the pause is shortened at random by up to half', () => {
  assert.is(backoff(new FakeClock(), LEAST).failed(), 2_500)
})

test('the pause ends with time, and a success resets the failures', async () => {
  const clock = new FakeClock()
  const it = backoff(clock, MOST)
  assert.is(it.waitMs, 0)
  it.failed()
  await clock.pass(2_000)
  assert.is(it.waitMs, 3_000)
  await clock.pass(3_000)
  assert.is(it.waitMs, 0)
  it.failed()
  it.succeeded()
  assert.is(it.waitMs, 0)
  assert.is(it.failed(), 5_000)
})

test('a skipped pause still counts its failure', () => {
  const it = backoff(new FakeClock(), MOST)
  it.failed()
  it.skip()
  assert.is(it.waitMs, 0)
  assert.is(it.failed(), 10_000)
})

test.run()
