import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { errnoCode } from '../values/errnoCode.ts'
import { ProblemError } from '../values/problem.ts'
import { ensureFolder, syncFolder } from './atomicFile.ts'
import type { JournalRecord } from './journalRecord.ts'

/** Takes the records of an apply. A record is on disk when `append` resolves. */
export interface Journal {
  append(record: JournalRecord): Promise<void>
  close(): Promise<void>
}

/** Opens `FOLDER/history/RUN.jsonl`, one file per apply. */
export async function openJournal(folder: string, run: string): Promise<Journal> {
  const history = join(folder, 'history')
  const handle = await orJournalProblem(async () => {
    await ensureFolder(history)
    const opened = await open(join(history, `${run}.jsonl`), 'ax', 0o600)
    await syncFolder(history)
    return opened
  })
  // One after the other: a record must not overtake one that is still being flushed.
  let last: Promise<void> = Promise.resolve()
  const append = (record: JournalRecord) => {
    last = last.then(() => orJournalProblem(() => write(handle, record)))
    return last
  }
  return { append, close: () => handle.close() }
}

async function write(handle: FileHandle, record: JournalRecord): Promise<void> {
  await handle.appendFile(`${JSON.stringify(record)}\n`)
  await handle.sync()
}

async function orJournalProblem<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    const summary = `The history of this apply could not be written (${errnoCode(error)}), so nothing more is changed.`
    throw new ProblemError({
      code: 'state/journal',
      summary,
      remedy: "Check the state folder's permissions and free space, then apply again.",
    })
  }
}
