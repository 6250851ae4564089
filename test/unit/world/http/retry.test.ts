import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import {
  isTransient,
  MAX_RETRY_AFTER_MS,
  MAX_TRIES,
  RetryAfterError,
  retryAfterMs,
  waitAfter,
  withRetry,
} from '../../../../src/world/http/retry.ts'

const problem = (code: string) => [{ code, summary: 'x', remedy: 'x' }]
const cut = new ProblemError(problem('registry/broken-connection'))
const busy = (ms: number) => new RetryAfterError(problem('registry/too-many-requests'), ms)

test('Retry-After is seconds or a date; anything else is no wish', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.is(retryAfterMs('7', now), 7000)
  assert.is(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000)
  assert.is(retryAfterMs('Thu, 01 Jan 2025 00:01:00 GMT', now), 0)
  for (const other of [undefined, '', 'soon', '-3']) assert.is(retryAfterMs(other, now), undefined)
})

test('waits grow, differ by chance and have an end', () => {
  const waits = Array.from({ length: MAX_TRIES - 1 }, (_, i) => waitAfter([cut], i + 1) as number)
  for (const [i, wait] of waits.entries()) assert.ok(wait >= 125 * 2 ** i * (i < 5 ? 1 : 0) && wait <= 250 * 2 ** i)
  assert.ok(new Set(Array.from({ length: 20 }, () => waitAfter([cut], 3))).size > 1)
  assert.is(waitAfter([cut], MAX_TRIES), undefined)
})

test('the longest wish of a registry counts, one that is too long is for a person to decide', () => {
  assert.is(waitAfter([cut, busy(30_000), busy(20_000)], 1), 30_000)
  assert.is(waitAfter([busy(MAX_RETRY_AFTER_MS + 1)], 1), undefined)
})

test('only what may pass is waited for', async () => {
  const denied = new ProblemError(problem('registry/denied'))
  assert.ok(isTransient(cut))
  for (const other of [denied, new Error('bug'), undefined]) assert.not.ok(isTransient(other))
  assert.is(waitAfter([cut, denied], 1), undefined)
  let tries = 0
  const work = async () => {
    tries++
    throw tries === 2 ? denied : cut
  }
  assert.is(await withRetry(AbortSignal.timeout(5000), work).catch((error: unknown) => error), denied)
  assert.is(tries, 2)
})

test('an interruption ends the waiting', async () => {
  const abort = new AbortController()
  const waiting = withRetry(abort.signal, () => Promise.reject(busy(60_000))).catch((error: Error) => error.name)
  setImmediate(() => abort.abort())
  assert.is(await waiting, 'AbortError')
})

test.run()
