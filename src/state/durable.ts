import { mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Makes a folder and its parents; an existing one is fine. */
export async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/**
 * Replaces `file` with `text` so that a crash at any moment leaves the old or the new content, whole:
 * written aside, flushed, renamed, and the folder flushed so that the rename itself survives.
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.new`
  const handle = await open(aside, 'w', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await unlink(aside).catch(() => undefined)
    throw error
  } finally {
    await handle.close()
  }
  await rename(aside, file)
  await syncFolder(dirname(file))
}

/** Flushes a folder's entries. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(join(folder, '.'), 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
