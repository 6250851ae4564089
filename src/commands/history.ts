import { historySummary } from '../report/history/historySummary.ts'
import { historyDetail, historyLine } from '../report/history/historyText.ts'
import type { ExitCode, GlobalOptions, Host } from '../session/host.ts'
import { stateFolder } from '../session/stateFolder.ts'
import { historyFiles, type JournalRecord, readHistory } from '../state/journal.ts'
import { ProblemError } from '../values/problem.ts'

/** Prints the applies, oldest first; with a run's name (or its beginning) that one in full. With `--json` one object a run. */
export async function historyCommand(host: Host, options: GlobalOptions, run?: string): Promise<ExitCode> {
  const folder = stateFolder(host, options)
  const files = (await historyFiles(folder)).filter((name) => name.startsWith(run ?? ''))
  if (run !== undefined && files.length !== 1) throw new ProblemError(ambiguous(run, files.length))
  for (const file of files) {
    const records = await readHistory(folder, file)
    host.stdout.write(`${(options.json ? json : text)(file.replace('.jsonl', ''), records, run !== undefined)}\n`)
  }
  return 0
}

function text(run: string, records: readonly JournalRecord[], inFull: boolean): string {
  return inFull ? historyDetail(records) : historyLine(run, records)
}

function json(run: string, records: readonly JournalRecord[], inFull: boolean): string {
  return JSON.stringify({ ...historySummary(run, records), ...(inFull && { records }) })
}

function ambiguous(run: string, count: number) {
  const summary = count === 0 ? `No apply is named ${run}.` : `${count} applies begin with ${run}.`
  return { code: 'history/no-such-run', summary, remedy: 'groundcrew history lists them.' }
}
