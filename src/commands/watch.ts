import type { ReportingHost } from '../session/host.ts'
import type { Policy } from '../values/policy.ts'
import { runDaemon } from '../watch/runDaemon.ts'
import type { ExitCode } from './exitCode.ts'
import { type GlobalOptions, readDuration } from './globalOptions.ts'
import { manualCommand } from './manualCommand.ts'

export type WatchOptions = GlobalOptions & { readonly policy?: Policy; readonly interval?: string }

/** Runs the daemon until SIGTERM or Ctrl-C: then 0. */
export async function watchCommand(host: ReportingHost, options: WatchOptions): Promise<ExitCode> {
  const { interval, ...rest } = options
  const intervalSeconds = interval === undefined ? undefined : readDuration('--interval', interval, 1)
  await runDaemon(host, { ...rest, intervalSeconds, manualCommand: (skipped) => manualCommand(options, skipped) })
  return 0
}
