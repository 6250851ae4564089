import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { missingEntry, readProblem, wrongDigest } from './archiveProblems.ts'
import { type Entry, isFile, walk } from './walk.ts'

/**
 * Streams `wanted` blobs out of an archive, in the archive's order, in one pass with a few chunks in memory; image tars
 * that hold none of them are skipped, and reading ends with the last one. Each digest once. What streams is verified:
 * the last chunk is held back until the digest is right, so a reader that counts bytes never takes a wrong blob for whole.
 * What `onBlob` leaves unread is dropped. Throws a ProblemError for the archive's faults, and what `onBlob` throws.
 */
export async function streamBlobs(
  path: string,
  wanted: readonly ArchivedBlob[],
  onBlob: (blob: ArchivedBlob, content: Readable) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const left = new Map(wanted.map((blob) => [blob.digest, blob]))
  if (left.size === 0) return
  const enter = (tar: string) => [...left.values()].some((blob) => blob.tar === tar)
  for await (const entry of faultsOf(path, walk(path, { enter, ...(signal && { signal }) }))) {
    const blob = isFile(entry) ? [...left.values()].find((one) => one.tar === entry.tar && one.entry === entry.name) : undefined
    if (blob === undefined) continue
    const content = Readable.from(verified(path, blob, entry.content), { objectMode: false })
    await onBlob(blob, content)
    content.destroy()
    left.delete(blob.digest)
    if (left.size === 0) return
  }
  for (const { tar, entry } of left.values()) throw missingEntry(path, tar, entry)
}

/** Only the archive's own errors become the archive's problems; the reader's stay what they are. */
async function* faultsOf(path: string, entries: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
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
