import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../src/values/problem.ts'
import { looksTruncated, QUIET_MS, waitUntilQuiet } from '../../../src/watch/waitUntilQuiet.ts'
import { FakeClock } from '../../support/fakeClock.ts'

/** Waits on a clock of its own, in which a file is written at the times of `writes`. */
async function waited(writes: readonly number[], known?: string): Promise<{ signature: string; at: number }> {
  const clock = new FakeClock()
  const sign = async () => String(writes.filter((at) => at <= clock.monotonic()).length)
  let done: { signature: string; at: number } | undefined
  let failure: unknown
  waitUntilQuiet({ signature: sign, clock, signal: new AbortController().signal }, known, QUIET_MS).then(
    (signature) => {
      done = { signature, at: clock.monotonic() }
    },
    (error: unknown) => {
      failure = error
    },
  )
  for (let i = 0; i < 700 && done === undefined && failure === undefined; i++) await clock.pass(100)
  if (done === undefined) throw failure
  return done
}

test('a known signature is returned at once', async () => {
  assert.equal(await waited([], '0'), { signature: '0', at: 0 })
})

test('after a hundred saves in two seconds the last one is read', async () => {
  const { signature, at } = await waited(Array.from({ length: 100 }, (_, i) => i * 20))
  assert.is(signature, '100')
  assert.ok(at >= 1_980 + QUIET_MS)
})

test('property: the returned signature did not change during the whole quiet time', async () => {
  const writes = fc.array(fc.nat(8_000), { maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(writes, async (times) => {
      const { signature, at } = await waited(times)
      // Writing is seen at the next question only, so the last one may lie between two.
      const last = Math.max(0, ...times.filter((time) => time <= at))
      assert.ok(at - last >= QUIET_MS - 100)
      assert.is(signature, String(times.filter((time) => time <= last).length))
    }),
    { seed: 20_261_124, numRuns: 60 },
  )
})

test('files that never stop changing are a problem', async () => {
  const error = await waited(Array.from({ length: 1_000 }, (_, i) => i * 100)).catch((why: unknown) => why)
  assert.ok(error instanceof ProblemError)
  assert.is(error.problems[0]?.code, 'watch/restless')
})

test('a text whose end may be missing looks truncated', () => {
  const whole = 'a: 1\nb: 2\n'
  assert.is(looksTruncated(whole, undefined), false)
  assert.is(looksTruncated(whole, whole), false)
  assert.is(looksTruncated('a: 1\nb: 3\n', whole), false)
  assert.is(looksTruncated('a: 1\nb: 2\nc: 3\n', whole), false)
  assert.is(looksTruncated('a: 1\nb:', whole), true)
  assert.is(looksTruncated('a: 1\n', whole), true, 'valid, and says less')
  assert.is(looksTruncated('a: 1\n', undefined), false)
  assert.is(looksTruncated('', whole), true)
})

test.run()
