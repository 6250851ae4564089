import type { ArchivedBlob } from '../../installation/installation.ts'
import type { PushProgress } from '../ports/registry.ts'

const REPORT_MS = 200
/** The rate is measured over the last seconds: the speed of a minute ago does not predict the time left. */
const WINDOW_MS = 10_000
const MIN_WINDOW_MS = 1_000

type Sample = { readonly at: number; readonly bytes: number }

/** Counts the sent bytes of a push and reports them a few times a second and whenever a blob is complete. */
export class Progress {
  readonly #blobs: number
  readonly #totalBytes: number
  readonly #emit: (progress: PushProgress) => void
  readonly #sent = new Map<string, number>()
  #samples: Sample[] = []
  #present: number
  #reportedAt = 0

  constructor(blobs: number, missing: readonly ArchivedBlob[], emit: (progress: PushProgress) => void) {
    this.#blobs = blobs
    this.#totalBytes = missing.reduce((sum, { size }) => sum + size, 0)
    this.#present = blobs - missing.length
    this.#emit = emit
    this.#report()
  }

  /** Passes the content on and counts it; the registry has the first `offset` bytes already. */
  async *track({ digest }: ArchivedBlob, content: AsyncIterable<Buffer>, offset: number): AsyncGenerator<Buffer> {
    let sent = 0
    for await (const piece of content) {
      yield piece
      sent += piece.length
      this.#sent.set(digest, Math.max(sent, offset))
      if (performance.now() - this.#reportedAt > REPORT_MS) this.#report()
    }
  }

  completed({ digest, size }: ArchivedBlob): void {
    this.#sent.set(digest, size)
    this.#present++
    this.#report()
  }

  /** The blob must be sent again. */
  reset({ digest }: ArchivedBlob): void {
    this.#sent.delete(digest)
    // The decrease must not count as a negative rate.
    this.#samples = []
  }

  #report(): void {
    this.#reportedAt = performance.now()
    const doneBytes = [...this.#sent.values()].reduce((sum, bytes) => sum + bytes, 0)
    const counted = { doneBytes, totalBytes: this.#totalBytes, blobsPresent: this.#present, blobs: this.#blobs }
    this.#emit({ ...counted, ...this.#speed({ at: this.#reportedAt, bytes: doneBytes }) })
  }

  #speed(now: Sample): Pick<PushProgress, 'bytesPerSecond' | 'secondsLeft'> {
    this.#samples = [...this.#samples.filter(({ at }) => now.at - at <= WINDOW_MS), now]
    const first = this.#samples[0] as Sample
    const bytesPerSecond = Math.round(((now.bytes - first.bytes) / (now.at - first.at)) * 1000)
    if (now.at - first.at < MIN_WINDOW_MS || !(bytesPerSecond > 0)) return {}
    return { bytesPerSecond, secondsLeft: Math.ceil((this.#totalBytes - now.bytes) / bytesPerSecond) }
  }
}
