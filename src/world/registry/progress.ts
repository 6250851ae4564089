import type { ArchivedBlob } from '../../installation/installation.ts'
import type { PushProgress } from '../ports/registry.ts'

const EVERY_MS = 200
/** The rate is that of the last seconds: what was slow a minute ago says nothing about what is left. */
const WINDOW_MS = 10_000
const SHORTEST_MS = 1_000

type Sample = { readonly at: number; readonly bytes: number }

/** Counts what of a push has been sent, and tells it a few times a second and whenever a blob has arrived. */
export class Progress {
  readonly #blobs: number
  readonly #totalBytes: number
  readonly #tell: (progress: PushProgress) => void
  readonly #sent = new Map<string, number>()
  #samples: Sample[] = []
  #present: number
  #told = 0

  constructor(blobs: number, missing: readonly ArchivedBlob[], tell: (progress: PushProgress) => void) {
    this.#blobs = blobs
    this.#totalBytes = missing.reduce((sum, { size }) => sum + size, 0)
    this.#present = blobs - missing.length
    this.#tell = tell
    this.#report()
  }

  /** The same content, counted on its way; the first `from` bytes are there already. */
  async *watch({ digest }: ArchivedBlob, content: AsyncIterable<Buffer>, from: number): AsyncGenerator<Buffer> {
    let sent = 0
    for await (const piece of content) {
      yield piece
      sent += piece.length
      this.#sent.set(digest, Math.max(sent, from))
      if (performance.now() - this.#told > EVERY_MS) this.#report()
    }
  }

  arrived({ digest, size }: ArchivedBlob): void {
    this.#sent.set(digest, size)
    this.#present++
    this.#report()
  }

  /** It has to be sent again. */
  lost({ digest }: ArchivedBlob): void {
    this.#sent.delete(digest)
    // A step back is no speed.
    this.#samples = []
  }

  #report(): void {
    this.#told = performance.now()
    const doneBytes = [...this.#sent.values()].reduce((sum, bytes) => sum + bytes, 0)
    const counted = { doneBytes, totalBytes: this.#totalBytes, blobsPresent: this.#present, blobs: this.#blobs }
    this.#tell({ ...counted, ...this.#speed({ at: this.#told, bytes: doneBytes }) })
  }

  #speed(now: Sample): Pick<PushProgress, 'bytesPerSecond' | 'secondsLeft'> {
    this.#samples = [...this.#samples.filter(({ at }) => now.at - at <= WINDOW_MS), now]
    const first = this.#samples[0] as Sample
    const bytesPerSecond = Math.round(((now.bytes - first.bytes) / (now.at - first.at)) * 1000)
    if (now.at - first.at < SHORTEST_MS || !(bytesPerSecond > 0)) return {}
    return { bytesPerSecond, secondsLeft: Math.ceil((this.#totalBytes - now.bytes) / bytesPerSecond) }
  }
}
