import type { Clock, Randomness } from '../world/ports/clock.ts'

const FIRST_MS = 5_000
const LONGEST_MS = 10 * 60_000

/**
 * Keeps what fails from being tried without a pause: 5 s, doubled with each failure up to 10 min, each anywhere between
 * half and whole so that several do not come at once. A success ends it.
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

  /** Milliseconds that still have to pass; 0 when it may be tried. */
  get waitMs(): number {
    return Math.max(0, this.#until - this.#clock.monotonic())
  }

  /** Counts one more failure. Answers the pause in milliseconds. */
  failed(): number {
    const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#failures)
    this.#failures++
    const pause = Math.round(whole * (0.5 + fraction(this.#randomness) / 2))
    this.#until = this.#clock.monotonic() + pause
    return pause
  }

  succeeded(): void {
    this.#failures = 0
    this.#until = 0
  }

  /** It may be tried at once, but what failed is not forgotten. */
  skip(): void {
    this.#until = 0
  }
}

/** Of a random UUID the first 32 bits are random. */
function fraction(randomness: Randomness): number {
  return Number.parseInt(randomness.uuid().slice(0, 8), 16) / 2 ** 32
}
