import type { GlobalOptions } from '../session/host.ts'
import { parseDuration } from '../values/duration.ts'
import type { Policy } from '../values/policy.ts'
import { ProblemError } from '../values/problem.ts'
import type { WatchOptions } from '../watch/watchOptions.ts'

export type WatchFlags = GlobalOptions & { readonly policy?: Policy; readonly interval?: string }

/** Throws a ProblemError for an interval that is none. */
export function readFlags({ interval, ...rest }: WatchFlags): WatchOptions {
  if (interval === undefined) return { ...rest, interval: 0 }
  const seconds = parseDuration(interval)
  if (seconds !== undefined && seconds > 0) return { ...rest, interval: seconds }
  throw new ProblemError({
    code: 'cli/duration',
    summary: `--interval ${JSON.stringify(interval)} is no duration.`,
    remedy: 'Write it like 60s, 5m or 1h30m.',
  })
}
