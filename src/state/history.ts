import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoCode } from '../values/errnoCode.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import { type JournalRecord, readRecord } from './journalRecord.ts'

/** What earlier applies left unfinished. */
export type Leftovers = {
  /** Addresses whose creation was recorded: if they exist, groundcrew created them. */
  readonly created: ReadonlySet<string>
  /** Processes that were started and may still be running. */
  readonly children: readonly ProcessIdentity[]
}

/** Reads the history back to the last apply that ended and handled the release. Skips the torn last line of a killed apply. */
export async function leftovers(folder: string): Promise<Leftovers> {
  const created = new Set<string>()
  const children: ProcessIdentity[] = []
  // Each run repeats the unfinished creations of the runs before it.
  let isNewest = true
  for (const file of (await historyFiles(folder)).reverse()) {
    const records = await readHistory(folder, file)
    if (isNewest) for (const address of unfinishedCreations(records)) created.add(address)
    if (records.some(({ type }) => type === 'end')) isNewest = false
    if (isSettled(records)) break
    if (!hasEnded(records)) for (const record of records) if (record.type === 'child') children.push(record.process)
  }
  return { created, children }
}

/** What a run, or one before it, began to create and did not finish; it is not in the state. */
function unfinishedCreations(records: readonly JournalRecord[]): ReadonlySet<string> {
  const unfinished = new Set<string>()
  for (const record of records) {
    if (record.type === 'begin') for (const address of record.created ?? []) unfinished.add(address)
    if (record.type === 'step' && record.action === 'create') unfinished.add(record.address)
    if (record.type === 'done' || (record.type === 'failed' && record.problems.some(isCreatedByOthers))) unfinished.delete(record.address)
  }
  return unfinished
}

/** Another client created the resource first, so it is not ours. */
function isCreatedByOthers({ code }: Problem): boolean {
  return code.endsWith('/changed-meanwhile')
}

/** True when no older run matters: everything was as planned, or helm of this run replaced an older one. */
function isSettled(records: readonly JournalRecord[]): boolean {
  const isComplete = records.some((record) => record.type === 'end' && record.result === 'complete')
  return isComplete || (hasEnded(records) && records.some(({ type }) => type === 'child'))
}

/** A run that lost its lock counts as killed: its helm was killed. */
function hasEnded(records: readonly JournalRecord[]): boolean {
  return records.some((record) => record.type === 'end' && record.result !== 'lost')
}

/** True when an apply of this saved plan was started, whatever its result. */
export async function wasApplied(folder: string, savedPlan: string): Promise<boolean> {
  for (const file of await historyFiles(folder)) {
    const records = await readHistory(folder, file)
    if (records.some((record) => record.type === 'begin' && record.savedPlan === savedPlan)) return true
  }
  return false
}

/** When and by whom the last apply was started, whatever its result. */
export async function lastApply(folder: string): Promise<{ readonly at: string; readonly who: string } | undefined> {
  const newest = (await historyFiles(folder)).at(-1)
  if (newest === undefined) return undefined
  const begin = (await readHistory(folder, newest)).find((record) => record.type === 'begin')
  return begin && { at: begin.at, who: begin.who }
}

/** Names of the history's files, oldest first (a run's name begins with its time). */
export async function historyFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'history')).catch((error) => {
    // No history means no earlier apply; one that cannot be read may record an apply that never ended.
    if (errnoCode(error) === 'ENOENT') return []
    throw new ProblemError(unreadableHistory(join(folder, 'history'), errnoCode(error)))
  })
  return names.filter((name) => name.endsWith('.jsonl')).sort()
}

/** The complete records of one history file. */
export async function readHistory(folder: string, file: string): Promise<JournalRecord[]> {
  const path = join(folder, 'history', file)
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new ProblemError(unreadableHistory(path, errnoCode(error)))
  })
  return parseHistory(text)
}

/** The complete records in the text of a history file. */
export function parseHistory(text: string): JournalRecord[] {
  return text.split('\n').flatMap((line) => readRecord(line) ?? [])
}

function unreadableHistory(path: string, why: string): Problem {
  return {
    code: 'state/history-unreadable',
    summary: `The history ${path} could not be read (${why}): it may record an apply that never ended.`,
    remedy: "Check that folder's permissions, or use another state folder: --state DIR",
  }
}
