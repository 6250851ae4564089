import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { RetryAfterError } from '../../../../src/world/http/retry.ts'
import { MAX_RETRY_AFTER_MS, MAX_TRIES, waitAfter, withRetry } from '../../../../src/world/registry/pushRetry.ts'

const problem = (code: string) => [{ code, summary: 'x', remedy: 'x' }]
const cut = new ProblemError(problem('registry/broken-connection'))
const busy = (ms: number) => new RetryAfterError(problem('registry/too-many-requests'), ms)

test('waits grow, are random and end after the last try', () => {
  const waits = Array.from({ length: MAX_TRIES - 1 }, (_, i) => waitAfter([cut], i + 1) as number)
  for (const [i, wait] of waits.entries()) assert.ok(wait >= 125 * 2 ** i * (i < 5 ? 1 : 0) && wait <= 250 * 2 ** i)
  assert.ok(new Set(Array.from({ length: 20 }, () => waitAfter([cut], 3))).size > 1)
  assert.is(waitAfter([cut], MAX_TRIES), undefined)
})

test('the longest Retry-After counts; one that is too long is reported', () => {
  assert.is(waitAfter([cut, busy(30_000), busy(20_000)], 1), 30_000)
  assert.is(waitAfter([busy(MAX_RETRY_AFTER_MS + 1)], 1), undefined)
})

test('only transient failures are retried', async () => {
  const denied = new ProblemError(problem('registry/denied'))
  assert.is(waitAfter([cut, denied], 1), undefined)
  let tries = 0
  const attempt = async () => {
    tries++
    throw tries === 2 ? denied : cut
  }
  assert.is(await withRetry(AbortSignal.timeout(5000), attempt).catch((error: unknown) => error), denied)
  assert.is(tries, 2)
})

test('an abort ends the wait', async () => {
  const abort = new AbortController()
  const waiting = withRetry(abort.signal, () => Promise.reject(busy(60_000))).catch((error: Error) => error.name)
  setImmediate(() => abort.abort())
  assert.is(await waiting, 'AbortError')
})

test.run()
