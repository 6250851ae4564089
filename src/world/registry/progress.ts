import { Readable } from 'node:stream'
import type { ArchivedBlob } from '../../installation/installation.ts'
import type { PushProgress } from '../ports/registry.ts'

const EVERY_MS = 200

/** Counts what of a push has been sent, and tells it a few times a second and whenever a blob has arrived. */
export class Progress {
  readonly #blobs: number
  readonly #totalBytes: number
  readonly #tell: (progress: PushProgress) => void
  readonly #sent = new Map<string, number>()
  #present: number
  #told = 0

  constructor(blobs: number, missing: readonly ArchivedBlob[], tell: (progress: PushProgress) => void) {
    this.#blobs = blobs
    this.#totalBytes = missing.reduce((sum, { size }) => sum + size, 0)
    this.#present = blobs - missing.length
    this.#tell = tell
    this.#report()
  }

  /** The same content, counted on its way. */
  watch({ digest }: ArchivedBlob, content: Readable): Readable {
    const counted = async function* (this: Progress): AsyncGenerator<Buffer> {
      for await (const chunk of content) {
        yield chunk as Buffer
        this.#sent.set(digest, (this.#sent.get(digest) ?? 0) + (chunk as Buffer).length)
        if (performance.now() - this.#told > EVERY_MS) this.#report()
      }
    }
    return Readable.from(counted.call(this), { objectMode: false })
  }

  arrived({ digest, size }: ArchivedBlob): void {
    this.#sent.set(digest, size)
    this.#present++
    this.#report()
  }

  /** It has to be sent again. */
  lost({ digest }: ArchivedBlob): void {
    this.#sent.delete(digest)
  }

  #report(): void {
    this.#told = performance.now()
    const doneBytes = [...this.#sent.values()].reduce((sum, bytes) => sum + bytes, 0)
    this.#tell({ doneBytes, totalBytes: this.#totalBytes, blobsPresent: this.#present, blobs: this.#blobs })
  }
}
