import type { EndResult, JournalRecord } from '../../state/journalRecord.ts'

/** Summary of one apply. Times are ISO 8601; an interrupted apply has no `seconds`. */
export type HistorySummary = {
  readonly run: string
  readonly begun?: string
  readonly who?: string
  readonly groundcrew?: string
  readonly result: EndResult
  readonly seconds?: number
  readonly planned: number
  readonly done: number
  readonly failed: number
  readonly skipped: number
}

/** The summary of an apply's records. */
export function historySummary(run: string, records: readonly JournalRecord[]): HistorySummary {
  const begin = records.find((record) => record.type === 'begin')
  const end = records.find((record) => record.type === 'end')
  const count = (type: JournalRecord['type']) => records.filter((record) => record.type === type).length
  return {
    run,
    ...(begin && { begun: begin.at, who: begin.who, groundcrew: begin.tool }),
    result: end?.result ?? 'interrupted',
    ...(end && { seconds: end.seconds }),
    planned: begin?.plan.length ?? 0,
    done: count('done'),
    failed: count('failed'),
    skipped: count('skipped'),
  }
}
