import type { Clock, Randomness } from '../world/ports/clock.ts'

const FIRST_MS = 5_000
const MAX_MS = 10 * 60_000

/**
 * Spaces the attempts of what fails: 5 s, doubled with each failure up to 10 min, each pause anywhere between half and
 * all of that, so that several daemons do not retry at the same time. A success resets it.
 */
export class Backoff {
  readonly #clock: Clock
  readonly #randomness: Randomness
  #failures = 0
  #until = 0

  constructor(ports: { readonly clock: Clock; readonly randomness: Randomness }) {
    this.#clock = ports.clock
    this.#randomness = ports.randomness
  }

  /** Milliseconds until the next attempt; 0 when it is due. */
  get waitMs(): number {
    return Math.max(0, this.#until - this.#clock.monotonic())
  }

  /** Counts one more failure. Returns the pause in milliseconds. */
  failed(): number {
    const longest = Math.min(MAX_MS, FIRST_MS * 2 ** this.#failures)
    this.#failures++
    const pause = Math.round(longest * (0.5 + fraction(this.#randomness) / 2))
    this.#until = this.#clock.monotonic() + pause
    return pause
  }

  succeeded(): void {
    this.#failures = 0
    this.#until = 0
  }

  /** The next attempt is due at once, but the failures still count. */
  skip(): void {
    this.#until = 0
  }
}

/** The first 32 bits of a random UUID are random. */
function fraction(randomness: Randomness): number {
  return Number.parseInt(randomness.uuid().slice(0, 8), 16) / 2 ** 32
}
