import { type FileHandle, open, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import { ensureFolder, syncFolder } from './atomicFile.ts'
import { errnoCode } from './fileStore.ts'
import { readRecord } from './journalRecord.ts'

/** One line of an apply's history. Facts and fingerprints only, never a secret. */
export type JournalRecord =
  | {
      readonly type: 'begin'
      readonly at: string
      readonly run: string
      readonly tool: string
      readonly who: string
      readonly serial: number
      /** Id of the saved plan that is applied. */
      readonly savedPlan?: string
      /** What earlier runs were about to create and no run has met since: what is found there is still ours. */
      readonly created?: readonly string[]
      readonly plan: readonly PlannedLine[]
    }
  | { readonly type: 'step'; readonly at: string; readonly address: string; readonly action: string }
  | { readonly type: 'child'; readonly at: string; readonly address: string; readonly process: ProcessIdentity }
  | { readonly type: 'done'; readonly at: string; readonly address: string; readonly seconds: number }
  | {
      readonly type: 'failed'
      readonly at: string
      readonly address: string
      readonly seconds: number
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'skipped'; readonly at: string; readonly address: string; readonly because: string }
  | { readonly type: 'end'; readonly at: string; readonly result: EndResult; readonly seconds: number }

/** `lost`: the lock was lost, and its helm was killed. */
export type EndResult = 'complete' | 'failed' | 'interrupted' | 'lost'

export type PlannedLine = {
  readonly address: string
  readonly action: string
  readonly edits: readonly { readonly field: string; readonly cause: string }[]
}

/** Where records go; what `append` was given is on disk when it resolves. */
export interface Journal {
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

/** Opens `FOLDER/history/RUN.jsonl`, one file per apply. */
export async function openJournal(folder: string, run: string): Promise<Journal> {
  const history = join(folder, 'history')
  const handle = await attempt(async () => {
    await ensureFolder(history)
    const made = await open(join(history, `${run}.jsonl`), 'ax', 0o600)
    await syncFolder(history)
    return made
  })
  // One after the other: a record written while another is flushed must not overtake it.
  let last: Promise<void> = Promise.resolve()
  const append = (record: JournalRecord) => {
    last = last.then(() => attempt(() => write(handle, record)))
    return last
  }
  return { append, close: () => handle.close() }
}

async function write(handle: FileHandle, record: JournalRecord): Promise<void> {
  await handle.appendFile(`${JSON.stringify(record)}\n`)
  await handle.sync()
}

/** What earlier applies leave behind. */
export type Leftovers = {
  /** Addresses whose creation was announced, so that what is found there is ours. */
  readonly created: ReadonlySet<string>
  /** Processes that were let loose and may still run. */
  readonly children: readonly ProcessIdentity[]
}

/** Reads the history back to the last apply that ended and dealt with the release. A torn last line of a killed apply is passed over. */
export async function leftovers(folder: string): Promise<Leftovers> {
  const created = new Set<string>()
  const children: ProcessIdentity[] = []
  // Each run repeats what those before it began to create.
  let isNewest = true
  for (const file of (await historyFiles(folder)).reverse()) {
    const records = await readHistory(folder, file)
    if (isNewest) for (const address of begunCreations(records)) created.add(address)
    if (records.some(({ type: t }) => t === 'end')) isNewest = false
    if (isSettled(records)) break
    if (!hasEnded(records)) for (const record of records) if (record.type === 'child') children.push(record.process)
  }
  return { created, children }
}

/** What a run, or one before it, began to create and did not bring to its end; that is not in the state. */
function begunCreations(records: readonly JournalRecord[]): ReadonlySet<string> {
  const begun = new Set<string>()
  for (const record of records) {
    if (record.type === 'begin') for (const address of record.created ?? []) begun.add(address)
    if (record.type === 'step' && record.action === 'create') begun.add(record.address)
    if (record.type === 'done' || (record.type === 'failed' && record.problems.some(isSomebodyElses))) begun.delete(record.address)
  }
  return begun
}

/** Somebody else was quicker: what is there is theirs. */
function isSomebodyElses({ code }: Problem): boolean {
  return code.endsWith('/changed-meanwhile')
}

/** Nothing older is left behind: all was as planned then, or a helm of this run took the place of an older one. */
function isSettled(records: readonly JournalRecord[]): boolean {
  const isComplete = records.some((record) => record.type === 'end' && record.result === 'complete')
  return isComplete || (hasEnded(records) && records.some(({ type: t }) => t === 'child'))
}

/** A run that lost its lock had its helm killed, as if it had been killed itself. */
function hasEnded(records: readonly JournalRecord[]): boolean {
  return records.some((record) => record.type === 'end' && record.result !== 'lost')
}

/** True when an apply of this saved plan was begun, however it ended. */
export async function wasApplied(folder: string, savedPlan: string): Promise<boolean> {
  for (const file of await historyFiles(folder)) {
    const records = await readHistory(folder, file)
    if (records.some((record) => record.type === 'begin' && record.savedPlan === savedPlan)) return true
  }
  return false
}

/** When and by whom was applied last, however it ended. */
export async function lastApply(folder: string): Promise<{ readonly at: string; readonly who: string } | undefined> {
  const newest = (await historyFiles(folder)).at(-1)
  if (newest === undefined) return undefined
  const begin = (await readHistory(folder, newest)).find((record) => record.type === 'begin')
  return begin && { at: begin.at, who: begin.who }
}

/** Names of the history's files, oldest first (a run's name begins with its time). */
export async function historyFiles(folder: string): Promise<string[]> {
  const names = await readdir(join(folder, 'history')).catch((error) => {
    // A history that is not there yet has nothing to tell; one that cannot be read might.
    if (errnoCode(error) === 'ENOENT') return []
    throw new ProblemError(unreadable(join(folder, 'history'), errnoCode(error)))
  })
  return names.filter((name) => name.endsWith('.jsonl')).sort()
}

/** The records of one of the history's files, the whole ones. */
export async function readHistory(folder: string, file: string): Promise<JournalRecord[]> {
  const path = join(folder, 'history', file)
  const text = await readFile(path, 'utf8').catch((error) => {
    throw new ProblemError(unreadable(path, errnoCode(error)))
  })
  return parseHistory(text)
}

/** The whole records of a history file's text. */
export function parseHistory(text: string): JournalRecord[] {
  return text.split('\n').flatMap((line) => readRecord(line) ?? [])
}

function unreadable(path: string, why: string): Problem {
  return {
    code: 'state/history-unreadable',
    summary: `The history ${path} cannot be read (${why}): it might tell of an apply that never ended.`,
    remedy: 'Look at the rights of that folder, or name another state with --state.',
  }
}

async function attempt<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const summary = `The history of this apply cannot be written (${errnoCode(error)}), so nothing more is changed.`
    throw new ProblemError({
      code: 'state/journal',
      summary,
      remedy: 'Look at the rights and the free space of the state folder, then apply again.',
    })
  }
}
