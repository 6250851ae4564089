import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { missingEntry, readProblem, wrongDigest } from './archiveProblems.ts'
import { type Entry, isFile, walk } from './walk.ts'

/**
 * Streams blobs out of an archive, in the archive's order, in one pass with a few chunks in memory; skips image tars that
 * contain none of them, and stops reading after the last one. Each digest once. The content is verified: the last chunk is
 * held back until the digest matches, so a reader that counts bytes never accepts a wrong blob as complete. Drops what
 * `onBlob` leaves unread. Throws a ProblemError for errors of the archive, and what `onBlob` throws.
 */
export async function streamBlobs(
  path: string,
  blobs: readonly ArchivedBlob[],
  onBlob: (blob: ArchivedBlob, content: Readable) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const remaining = new Map(blobs.map((blob) => [blob.digest, blob]))
  if (remaining.size === 0) return
  const enter = (tar: string) => [...remaining.values()].some((blob) => blob.tar === tar)
  for await (const entry of withReadProblems(path, walk(path, { enter, ...(signal && { signal }) }))) {
    const blob = isFile(entry)
      ? [...remaining.values()].find((candidate) => candidate.tar === entry.tar && candidate.entry === entry.name)
      : undefined
    if (blob === undefined) continue
    const content = Readable.from(verified(path, blob, entry.content), { objectMode: false })
    await onBlob(blob, content)
    content.destroy()
    remaining.delete(blob.digest)
    if (remaining.size === 0) return
  }
  for (const { tar, entry } of remaining.values()) throw missingEntry(path, tar, entry)
}

/** Converts the errors of the archive to problems; errors of the reader stay unchanged. */
async function* withReadProblems(path: string, entries: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
  try {
    yield* entries
  } catch (error) {
    throw readProblem(path, error)
  }
}

async function* verified(path: string, blob: ArchivedBlob, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer | undefined
  try {
    for await (const chunk of content) {
      hash.update(chunk)
      if (held) yield held
      held = chunk
    }
  } catch (error) {
    throw readProblem(path, error)
  }
  if (`sha256:${hash.digest('hex')}` !== blob.digest) throw wrongDigest(path, blob.tar, blob.entry)
  if (held) yield held
}
