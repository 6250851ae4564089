import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'

/** Files are read only when they have not changed for this long. */
export const QUIET_MS = 1_000
/** The same for a file that looks as if its end were still missing. */
export const TRUNCATED_QUIET_MS = 5_000
const TIMEOUT_MS = 60_000
const POLL_MS = 100

export type FileSignatures = {
  /** Returns another text as soon as a file has changed. */
  readonly signature: () => Promise<string>
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Waits until the files have not changed for `quietMs` and returns their signature; at once when that is the `known` one.
 * Throws a ProblemError when they keep changing for a minute.
 */
export async function waitUntilQuiet(files: FileSignatures, known: string | undefined, quietMs: number): Promise<string> {
  const { signature, clock, signal } = files
  const started = clock.monotonic()
  let [last, since] = [await signature(), started]
  while (last !== known && clock.monotonic() - since < quietMs) {
    if (clock.monotonic() - started >= TIMEOUT_MS) throw new ProblemError(NEVER_QUIET)
    await clock.sleep(POLL_MS, signal)
    const current = await signature()
    if (current !== last) [last, since] = [current, clock.monotonic()]
  }
  return last
}

/**
 * True for a text that may be the start of one that is still being written: its last line has no end, or the text
 * `before` it starts with it. Such a text can be valid YAML that declares less.
 */
export function looksTruncated(text: string, before: string | undefined): boolean {
  return !text.endsWith('\n') || (before !== undefined && text.length < before.length && before.startsWith(text))
}

const NEVER_QUIET: Problem = {
  code: 'watch/restless',
  summary: 'The desired state, or a file that it names, has been changing for a minute without a pause.',
  remedy: 'It is read only once it stops changing. Write to another file and rename it when it is complete.',
}
