import { copyFile, link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Makes a folder and its parents; an existing one is fine. */
export async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/**
 * Replaces `file` with `text` so that a crash at any moment leaves the old or the new content, whole:
 * written aside, flushed, renamed, and the folder flushed so that the rename itself survives. Readable by its owner only,
 * unless `mode` says otherwise.
 */
export async function replaceFile(file: string, text: string, mode = 0o600): Promise<void> {
  const aside = `${file}.${process.pid}.new`
  const handle = await open(aside, 'w', mode)
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

/**
 * Keeps what `file` holds now under another name, taking the place of what was kept before: also in one step, so that no
 * crash and no full disk leaves half of it. Nothing to keep is fine.
 */
export async function backupAs(file: string, kept: string): Promise<void> {
  const aside = `${kept}.${process.pid}.new`
  try {
    // One that a crash left may be a second name of the very file that is to be kept.
    await unlink(aside).catch(() => undefined)
    // Not every file system has links; its content is on disk already, so none has to be flushed.
    await link(file, aside).catch((error) => (isMissing(error) ? Promise.reject(error) : copyFile(file, aside)))
    await rename(aside, kept)
  } catch (error) {
    await unlink(aside).catch(() => undefined)
    if (!isMissing(error)) throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
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
