import { setTimeout as sleep } from 'node:timers/promises'
import { type Problem, ProblemError } from '../../values/problem.ts'

/**
 * The statuses of a server that is overloaded, starting, or behind a proxy that cannot reach it. The servers' own clients
 * repeat the same: minio-js 429, 500, 502, 503 and 504, go-containerregistry the same without 429.
 */
const BUSY_STATUSES: ReadonlySet<number> = new Set([429, 500, 502, 503, 504])

/** Node's codes for a connection that the server closed. */
const CLOSED_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])

/**
 * The problems of a server that is busy or unreachable for a moment. Only a push waits for a registry that does not respond;
 * every other request reports that at once.
 */
const TRANSIENT_PROBLEMS: ReadonlySet<string> = new Set([
  'minio/busy',
  'registry/broken-connection',
  'registry/cut-upload',
  'registry/refused-connection',
  'registry/server-error',
  'registry/silent',
  'registry/token-server-error',
  'registry/too-many-requests',
  'registry/unreachable',
])

export function isBusyStatus(status: number): boolean {
  return BUSY_STATUSES.has(status)
}

/** A kept-alive connection that the server closed while a request was on its way. */
export function isStaleConnection(error: unknown): boolean {
  const { code, onReusedSocket } = error as { code?: unknown; onReusedSocket?: boolean }
  return onReusedSocket === true && CLOSED_CODES.has(code)
}

/** True when the same request may succeed later. */
export function isTransientProblem({ code }: Problem): boolean {
  return TRANSIENT_PROBLEMS.has(code)
}

export function isTransient(error: unknown): error is ProblemError {
  return error instanceof ProblemError && error.problems.every(isTransientProblem)
}

/** A refusal with the time after which the server accepts another try. */
export class RetryAfterError extends ProblemError {
  readonly afterMs: number

  constructor(problems: ProblemError['problems'], afterMs: number) {
    super(problems)
    this.afterMs = afterMs
  }
}

/** What one try returned or threw. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

export type RetryPolicy<T> = {
  readonly maxTries: number
  /** The wait after a try, in milliseconds; undefined when its outcome is final. `tries` is 1 after the first. */
  readonly waitMs: (outcome: Outcome<T>, tries: number) => number | undefined
  readonly signal?: AbortSignal | undefined
}

/** Repeats `attempt` as its caller's policy says; returns or throws the last outcome. `tries` is 1 for the first. */
export async function retry<T>(attempt: (tries: number) => Promise<T>, { maxTries, waitMs, signal }: RetryPolicy<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    const outcome: Outcome<T> = await attempt(tries).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    const wait = tries >= maxTries || signal?.aborted ? undefined : waitMs(outcome, tries)
    if (wait !== undefined && wait > 0) await sleep(wait, undefined, signal && { signal })
    if (wait !== undefined) continue
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }
}

/** The time of a Retry-After header, in milliseconds from `now`: seconds or a date. */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  // Date.parse reads a bare number as a year.
  const date = /^[A-Z][a-z]+,? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
