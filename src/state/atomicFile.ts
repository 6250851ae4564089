import { copyFile, link, mkdir, open, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Creates a folder and its parents where they do not exist. */
export async function ensureFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
}

/**
 * Replaces the content of `file` with `text`; a crash at any moment leaves the complete old or the complete new content.
 * The text is written to a temporary file, flushed and renamed, and the folder is flushed so that the rename is durable.
 * Readable by its owner only by default.
 */
export async function replaceFile(file: string, text: string, mode = 0o600): Promise<void> {
  const tempFile = `${file}.${process.pid}.new`
  const handle = await open(tempFile, 'w', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } catch (error) {
    await unlink(tempFile).catch(() => undefined)
    throw error
  } finally {
    await handle.close()
  }
  await rename(tempFile, file)
  await syncFolder(dirname(file))
}

/**
 * Copies `file` to `backup`, replacing the previous backup. Atomic as well, so that a crash or a full disk leaves no
 * partial backup. Does nothing when `file` does not exist.
 */
export async function backupAs(file: string, backup: string): Promise<void> {
  const tempFile = `${backup}.${process.pid}.new`
  try {
    // One left by a crash may be a hard link to `file` itself.
    await unlink(tempFile).catch(() => undefined)
    // Not every file system has hard links. The content is on disk already, so it need not be flushed.
    await link(file, tempFile).catch((error) => (isMissing(error) ? Promise.reject(error) : copyFile(file, tempFile)))
    await rename(tempFile, backup)
  } catch (error) {
    await unlink(tempFile).catch(() => undefined)
    if (!isMissing(error)) throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

/** Flushes a folder's entries to disk. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(join(folder, '.'), 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
