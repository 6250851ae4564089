import type { InstallationOptions } from '../session/host.ts'
import { parseDuration } from '../values/duration.ts'
import { ProblemError } from '../values/problem.ts'

/** Options of every command. */
export type GlobalOptions = InstallationOptions & {
  readonly color: boolean
  /** One JSON object per line instead of text. */
  readonly json?: boolean
  /** A file that receives the JSON lines too. */
  readonly logFile?: string
}

/** Reads a duration that an option was given, `90s` or `1h30m`, in seconds. Throws a ProblemError for anything else. */
export function readDuration(option: string, text: string, min = 0): number {
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds >= min) return seconds
  throw new ProblemError({
    code: 'cli/duration',
    summary: `${option} ${JSON.stringify(text)} is not a valid duration.`,
    remedy: 'Write it like 90s, 5m or 1h30m.',
  })
}

/** `--lock-timeout` in milliseconds. */
export function lockTimeoutMs({ lockTimeout }: { readonly lockTimeout: string }): number {
  return readDuration('--lock-timeout', lockTimeout) * 1000
}
