import { historySummary } from '../report/history/historySummary.ts'
import { historyDetail, historyLine } from '../report/history/historyText.ts'
import { historyRuns } from '../session/historyRuns.ts'
import type { Host } from '../session/host.ts'
import type { ExitCode } from './exitCode.ts'
import type { GlobalOptions } from './globalOptions.ts'

/** Prints the applies, oldest first; with a run's name (or the start of it) the details of that one. With `--json` one object per run. */
export async function historyCommand(host: Host, options: GlobalOptions, name?: string): Promise<ExitCode> {
  const isDetailed = name !== undefined
  for await (const { run, records } of historyRuns(host, options, name)) {
    const line = options.json
      ? JSON.stringify({ ...historySummary(run, records), ...(isDetailed && { records }) })
      : isDetailed
        ? historyDetail(records)
        : historyLine(run, records)
    host.stdout.write(`${line}\n`)
  }
  return 0
}
