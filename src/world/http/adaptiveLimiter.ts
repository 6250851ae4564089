/** A handshake costs 1 to 2 ms of CPU time on each side: a server nearby, which never lets two connections wait, gets no more. */
const LOW = 2
/** When a request waits for so long and no other response arrives meanwhile, the server is far away or busy. */
const SLOW_AFTER_MS = 30

type Waiting = { readonly start: () => void; readonly fail: (error: unknown) => void }

/**
 * Limits the concurrent requests to one server: two while it responds quickly, `max` as soon as it does not, since waiting
 * then costs more than connections do. `isTimeout` distinguishes a server that did not respond in time from other failures.
 */
export class AdaptiveLimiter {
  readonly #max: number
  readonly #isTimeout: (error: unknown) => boolean
  readonly #slowAfterMs: number
  readonly #waiting: Waiting[] = []
  #limit: number
  #running = 0
  #responses = 0
  #timer: NodeJS.Timeout | undefined

  constructor(max: number, isTimeout: (error: unknown) => boolean, slowAfterMs = SLOW_AFTER_MS) {
    this.#max = max
    this.#isTimeout = isTimeout
    this.#slowAfterMs = slowAfterMs
    this.#limit = Math.min(LOW, max)
  }

  /**
   * Runs a request as soon as the limit allows it, in the order of the calls. Throws what the request throws; when the server
   * responds neither to this request nor to any other meanwhile, the waiting requests fail with it, so that a user waits for
   * one timeout only. `first`: ahead of all waiting requests.
   */
  async run<T>(request: () => Promise<T>, first = false): Promise<T> {
    if (this.#running >= this.#limit) await this.#enqueue(first)
    else this.#running++
    const before = this.#responses
    try {
      const response = await request()
      this.#responses++
      return response
    } catch (error) {
      if (this.#isTimeout(error) && this.#responses === before) for (const { fail } of this.#waiting.splice(0)) fail(error)
      throw error
    } finally {
      this.#release()
    }
  }

  /** `#running` stays the same when a finished request hands its place to a waiting one. */
  #enqueue(first: boolean): Promise<void> {
    return new Promise((start, fail) => {
      if (first) this.#waiting.unshift({ start, fail })
      else this.#waiting.push({ start, fail })
      if (this.#limit < this.#max) this.#timer ??= setTimeout(() => this.#checkSlow(), this.#slowAfterMs)
    })
  }

  #release(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#running--
    else next.start()
    if (this.#waiting.length > 0) this.#timer?.refresh()
    else this.#stopTimer()
  }

  /** Responses may have arrived while this process was busy: let them be processed first. */
  #checkSlow(): void {
    const before = this.#responses
    setImmediate(() => {
      if (this.#responses > before) this.#timer?.refresh()
      else this.#raiseLimit()
    })
  }

  #raiseLimit(): void {
    this.#stopTimer()
    this.#limit = this.#max
    for (const { start } of this.#waiting.splice(0, this.#limit - this.#running)) {
      this.#running++
      start()
    }
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
