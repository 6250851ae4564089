import { historyFiles, readHistory } from '../state/history.ts'
import type { JournalRecord } from '../state/journalRecord.ts'
import { ProblemError } from '../values/problem.ts'
import type { Host, InstallationOptions } from './host.ts'
import { stateFolder } from './stateFolder.ts'

export type HistoryRun = { readonly run: string; readonly records: readonly JournalRecord[] }

/** The applies, oldest first, each read when it is due; with a run's name, or the start of it, only that one. Throws a ProblemError where that is not exactly one. */
export async function* historyRuns(host: Host, options: InstallationOptions, name?: string): AsyncGenerator<HistoryRun> {
  const folder = stateFolder(host, options)
  const files = (await historyFiles(folder)).filter((file) => file.startsWith(name ?? ''))
  if (name !== undefined && files.length !== 1) throw new ProblemError(ambiguous(name, files.length))
  for (const file of files) yield { run: file.replace('.jsonl', ''), records: await readHistory(folder, file) }
}

function ambiguous(name: string, count: number) {
  const summary = count === 0 ? `There is no apply ${name} in the history.` : `The names of ${count} applies start with ${name}.`
  return { code: 'history/no-such-run', summary, remedy: 'List them: groundcrew history.' }
}
