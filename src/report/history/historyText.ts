import type { JournalRecord } from '../../state/journalRecord.ts'
import { historySummary } from './historySummary.ts'

/** One line for an apply: its ID, operator, result and counts. */
export function historyLine(run: string, records: readonly JournalRecord[]): string {
  const { who = 'unknown', result, planned, done, failed } = historySummary(run, records)
  const tally = `${done} of ${planned} done${failed === 0 ? '' : `, ${failed} failed`}`
  return [run.padEnd(28), who.padEnd(20), result.padEnd(11), tally].join('  ')
}

/** One apply in full: each step with its fields and causes, its duration and result. */
export function historyDetail(records: readonly JournalRecord[]): string {
  return records.flatMap(recordLines).join('\n')
}

function recordLines(record: JournalRecord): string[] {
  switch (record.type) {
    case 'begin':
      return [`${record.at}  started by ${record.who} with groundcrew ${record.tool}`, ...record.plan.flatMap(planned)]
    case 'step':
      return [`${record.at}  ${record.address}: ${record.action}`]
    case 'child':
      return [`${record.at}  ${record.address}: helm runs as process ${record.process.pid} on ${record.process.host}`]
    case 'done':
      return [`${record.at}  ${record.address}: done after ${record.seconds} s`]
    case 'failed':
      return [
        `${record.at}  ${record.address}: failed after ${record.seconds} s`,
        ...record.problems.map(({ summary }) => `    ${summary}`),
      ]
    case 'skipped':
      return [`${record.at}  ${record.address}: skipped, it depends on ${record.because}`]
    case 'end':
      return [`${record.at}  ${record.result} after ${record.seconds} s`]
  }
}

function planned(line: { address: string; action: string; edits: readonly { field: string; cause: string }[] }): string[] {
  return [`    ${line.address}: ${line.action}`, ...line.edits.map((edit) => `        ${edit.field}  (${edit.cause})`)]
}
