import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { isBusyStatus, isStaleConnection, isTransient, type Outcome, retry, retryAfterMs } from '../../../../src/world/http/retry.ts'

const problemError = (code: string) => new ProblemError({ code, summary: 'x', remedy: 'x' })

test('Retry-After is seconds or a date; anything else is ignored', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.is(retryAfterMs('7', now), 7000)
  assert.is(retryAfterMs('Thu, 01 Jan 2026 00:01:00 GMT', now), 60_000)
  assert.is(retryAfterMs('Thu, 01 Jan 2025 00:01:00 GMT', now), 0)
  for (const other of [undefined, '', 'soon', '-3']) assert.is(retryAfterMs(other, now), undefined)
})

test('busy statuses, stale connections and transient problems are distinguished from final ones', () => {
  for (const status of [429, 500, 502, 503, 504]) assert.ok(isBusyStatus(status))
  for (const status of [0, 200, 307, 401, 404, 409, 501]) assert.not.ok(isBusyStatus(status))
  assert.ok(isStaleConnection({ code: 'EPIPE', onReusedSocket: true }))
  for (const other of [{ code: 'ECONNRESET' }, { code: 'ECONNREFUSED', onReusedSocket: true }]) assert.not.ok(isStaleConnection(other))
  assert.ok(isTransient(problemError('registry/broken-connection')))
  for (const other of [problemError('registry/denied'), problemError('cluster/silent'), new Error('bug'), undefined])
    assert.not.ok(isTransient(other))
})

test('an attempt is repeated while the policy returns a wait, up to the maximum', async () => {
  const outcomes: (number | Error)[] = []
  const attempt = async (tries: number) => {
    if (tries === 1) throw new Error('first')
    return tries
  }
  const waitMs = (outcome: Outcome<number>) => {
    outcomes.push('error' in outcome ? (outcome.error as Error) : outcome.value)
    return 0
  }
  assert.is(await retry(attempt, { maxTries: 3, waitMs }), 3)
  assert.equal(outcomes, [new Error('first'), 2])
  assert.is(await retry(attempt, { maxTries: 3, waitMs: () => undefined }).catch((error: Error) => error.message), 'first')
  assert.is(await retry(attempt, { maxTries: 3, waitMs, signal: AbortSignal.abort() }).catch((error: Error) => error.message), 'first')
})

test.run()
