import { open, stat } from 'node:fs/promises'

/** A position in a growing log: everything after it is new. */
export type LogTail = { path: string; offset: number }

/** The current end of the log. */
export async function tailOf(path: string): Promise<LogTail> {
  return { path, offset: (await stat(path).catch(() => ({ size: 0 }))).size }
}

/** The complete lines that were written since. */
export async function linesSince({ path, offset }: LogTail): Promise<string[]> {
  const file = await open(path)
  try {
    const text = await file.read({ buffer: Buffer.alloc((await file.stat()).size - offset), position: offset })
    return text.buffer.subarray(0, text.bytesRead).toString().split('\n').slice(0, -1)
  } finally {
    await file.close()
  }
}

/** The same for a log with one JSON object per line. */
export const parsedLines = async <T>(log: LogTail): Promise<T[]> => (await linesSince(log)).map((line) => JSON.parse(line) as T)
