import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { readProblem, truncatedFile, wrongDigest } from './archiveProblems.ts'

/** A blob with a known offset in the archive's file. */
export type PlacedBlob = ArchivedBlob & { readonly offset: number }

const CHUNK = 256 * 1024

/**
 * The bytes of one blob, read from its offset in the archive's file and verified: the last piece is held back until the digest
 * matches. Two alternating buffers, whatever the size: a piece is overwritten when the piece after the next is read.
 * Throws a ProblemError (`archive/...`).
 */
export async function* blobBytes(path: string, blob: PlacedBlob): AsyncGenerator<Buffer> {
  const hash = createHash('sha256')
  const file = await open(path).catch((error: unknown) => Promise.reject(readProblem(path, error)))
  try {
    let [current, next] = [Buffer.allocUnsafeSlow(CHUNK), Buffer.allocUnsafeSlow(CHUNK)]
    let held: Buffer | undefined
    for (let position = 0; position < blob.size; position += CHUNK) {
      const piece = current.subarray(0, Math.min(CHUNK, blob.size - position))
      await fillPiece(path, file, piece, blob.offset + position)
      hash.update(piece)
      if (held) yield held
      held = piece
      ;[current, next] = [next, current]
    }
    if (`sha256:${hash.digest('hex')}` !== blob.digest) throw wrongDigest(path, blob.tar, blob.entry)
    if (held) yield held
  } finally {
    await file.close()
  }
}

async function fillPiece(path: string, file: FileHandle, piece: Buffer, position: number): Promise<void> {
  for (let done = 0; done < piece.length; ) {
    const { bytesRead } = await file
      .read(piece, done, piece.length - done, position + done)
      .catch((error: unknown) => Promise.reject(readProblem(path, error)))
    if (bytesRead === 0) throw truncatedFile(path)
    done += bytesRead
  }
}
