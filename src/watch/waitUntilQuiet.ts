import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'

/** Nothing is read that was written to within so long. */
export const QUIET_MS = 1_000
/** The same for a file that looks as if its end were still to come. */
export const TRUNCATED_QUIET_MS = 5_000
const PATIENCE_MS = 60_000
const POLL_MS = 100

export type FileSignatures = {
  /** Answers another text as soon as anything has been written. */
  readonly signature: () => Promise<string>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Waits until nothing was written for `quietMs`, and answers the signature of what stands there then; at once when that
 * is the `known` one. Throws a ProblemError when the writing goes on for a minute.
 */
export async function waitUntilQuiet(standing: FileSignatures, known: string | undefined, quietMs: number): Promise<string> {
  const { signature: sign, clock, signal } = standing
  const started = clock.monotonic()
  let [seen, since] = [await sign(), started]
  while (seen !== known && clock.monotonic() - since < quietMs) {
    if (clock.monotonic() - started >= PATIENCE_MS) throw new ProblemError(RESTLESS)
    await clock.sleep(POLL_MS, signal)
    const now = await sign()
    if (now !== seen) [seen, since] = [now, clock.monotonic()]
  }
  return seen
}

/**
 * True for a text that may be the beginning of one that is still being written: its last line has no end, or it is how
 * the text `before` it began. Such a text can be valid YAML that says less.
 */
export function looksTruncated(text: string, before: string | undefined): boolean {
  return !text.endsWith('\n') || (before !== undefined && text.length < before.length && before.startsWith(text))
}

const RESTLESS: Problem = {
  code: 'watch/restless',
  summary: 'The desired state, or a file that it names, has been written to for a minute without a pause.',
  remedy: 'Nothing is read until it stands still. Write to another file and rename it when it is whole.',
}
