import { isTransient, RetryAfterError, retry } from '../http/retry.ts'

/** With their waits 15 to 30 seconds: a registry that restarts is back by then. */
export const MAX_TRIES = 7
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 8_000
/** A longer Retry-After is reported instead: the operator decides whether to wait. */
export const MAX_RETRY_AFTER_MS = 120_000

/** How long to wait after these failures of the n-th try, in milliseconds; undefined: give up. */
export function waitAfter(failures: readonly unknown[], tries: number): number | undefined {
  if (tries >= MAX_TRIES || !failures.every(isTransient)) return undefined
  const retryAfter = Math.max(0, ...failures.map((failure) => (failure instanceof RetryAfterError ? failure.afterMs : 0)))
  if (retryAfter > MAX_RETRY_AFTER_MS) return undefined
  // Half of it is random: clients that were disconnected at the same time should not return at the same time.
  const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2)
  return Math.max(retryAfter, backoff)
}

/** Repeats a step of a push while its failures are transient; `tries` is 1 for the first. Throws the last failure. */
export function withRetry<T>(signal: AbortSignal, attempt: (tries: number) => Promise<T>): Promise<T> {
  return retry(attempt, {
    maxTries: MAX_TRIES,
    waitMs: (outcome, tries) => ('error' in outcome ? waitAfter([outcome.error], tries) : undefined),
    signal,
  })
}
