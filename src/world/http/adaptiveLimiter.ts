/** A handshake costs 1 to 2 ms of computing on each side: so nearby, where two connections never wait, there are no more. */
const LOW = 2
/** Who waits so long and hears of nobody else's answer either has a server that is far away, or busy. */
const SOON_MS = 30

type Waiting = { readonly begin: () => void; readonly fail: (error: unknown) => void }

/**
 * How many requests to one server are on their way at once: two as long as answers keep coming soon, `most` as soon as
 * they do not, since then waiting costs more than connections do. `isSilence` tells a server that said nothing for too
 * long from other failures.
 */
export class AdaptiveLimiter {
  readonly #most: number
  readonly #isSilence: (error: unknown) => boolean
  readonly #soonMs: number
  readonly #waiting: Waiting[] = []
  #lanes: number
  #busy = 0
  #answers = 0
  #timer: NodeJS.Timeout | undefined

  constructor(most: number, isSilence: (error: unknown) => boolean, soonMs = SOON_MS) {
    this.#most = most
    this.#isSilence = isSilence
    this.#soonMs = soonMs
    this.#lanes = Math.min(LOW, most)
  }

  /**
   * Runs a request when there is a lane for it, in the order in which they came. Throws what it throws; and when the
   * server stayed silent towards one request and all others meanwhile, those that wait fail with it: one person's patience
   * is enough for all. `first`: before all that wait.
   */
  async run<T>(request: () => Promise<T>, first = false): Promise<T> {
    if (this.#busy >= this.#lanes) await this.#turn(first)
    else this.#busy++
    const before = this.#answers
    try {
      const answer = await request()
      this.#answers++
      return answer
    } catch (error) {
      if (this.#isSilence(error) && this.#answers === before) for (const { fail } of this.#waiting.splice(0)) fail(error)
      throw error
    } finally {
      this.#leave()
    }
  }

  /** A lane that is handed on stays busy all the while. */
  #turn(first: boolean): Promise<void> {
    return new Promise((begin, fail) => {
      if (first) this.#waiting.unshift({ begin, fail })
      else this.#waiting.push({ begin, fail })
      if (this.#lanes < this.#most) this.#timer ??= setTimeout(() => this.#late(), this.#soonMs)
    })
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#busy--
    else next.begin()
    if (this.#waiting.length > 0) this.#timer?.refresh()
    else this.#rest()
  }

  /** Answers may have come while this process computed: they are heard first. */
  #late(): void {
    const before = this.#answers
    setImmediate(() => {
      if (this.#answers > before) this.#timer?.refresh()
      else this.#widen()
    })
  }

  #widen(): void {
    this.#rest()
    this.#lanes = this.#most
    for (const { begin } of this.#waiting.splice(0, this.#lanes - this.#busy)) {
      this.#busy++
      begin()
    }
  }

  #rest(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }
}
