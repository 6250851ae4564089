import { setTimeout as sleep } from 'node:timers/promises'
import { ProblemError } from '../../values/problem.ts'

/** A refusal that came with a date when to try again. */
export class RetryAfterError extends ProblemError {
  readonly afterMs: number

  constructor(problems: ProblemError['problems'], afterMs: number) {
    super(problems)
    this.afterMs = afterMs
  }
}

const TRANSIENT =
  /^registry\/(broken-connection|unreachable|refused-connection|silent|server-error|token-server-error|too-many-requests|cut-upload)$/

/** With their waits some 15 to 30 seconds: a registry that restarts is back by then. */
export const MAX_TRIES = 7
const FIRST_WAIT_MS = 250
const MAX_WAIT_MS = 8_000
/** Who asks to be left alone for longer is told to the person, who knows better whether to wait. */
export const MAX_RETRY_AFTER_MS = 120_000

/** Whether a failure may pass by itself. */
export function isTransient(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problems.every((one) => TRANSIENT.test(one.code))
}

/** How long to wait after these failures of the n-th try, in milliseconds; undefined: give up. */
export function waitAfter(failures: readonly unknown[], tries: number): number | undefined {
  if (tries >= MAX_TRIES || !failures.every(isTransient)) return undefined
  const retryAfter = Math.max(0, ...failures.map((one) => (one instanceof RetryAfterError ? one.afterMs : 0)))
  if (retryAfter > MAX_RETRY_AFTER_MS) return undefined
  // Half of it by chance: many who were cut off at once should not come back at once.
  const backoff = Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2)
  return Math.max(retryAfter, backoff)
}

/** Does it again while its failures may pass; `tries` is 1 for the first. Throws the last failure. */
export async function withRetry<T>(signal: AbortSignal, attempt: (tries: number) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(tries)
    } catch (error) {
      const wait = signal.aborted ? undefined : waitAfter([error], tries)
      if (wait === undefined) throw error
      await sleep(wait, undefined, { signal })
    }
  }
}

/** What a Retry-After header asks for, in milliseconds from `now`: seconds or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  // Date.parse takes a bare number for a year.
  const date = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
