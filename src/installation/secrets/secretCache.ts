import type { Sealed } from '../../values/sealed.ts'
import type { Clock } from '../../world/ports/clock.ts'

const KEPT_MS = 15 * 60_000

/** What secret commands answered, so that a daemon does not ask a vault at every look. For 15 minutes, in memory only. */
export class SecretCache {
  readonly #clock: Clock
  readonly #kept = new Map<string, { readonly secret: Sealed; readonly since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(source: string): Sealed | undefined {
    const found = this.#kept.get(source)
    if (found === undefined || this.#clock.monotonic() - found.since < KEPT_MS) return found?.secret
    this.#kept.delete(source)
    return undefined
  }

  set(source: string, secret: Sealed): void {
    this.#kept.set(source, { secret, since: this.#clock.monotonic() })
  }

  /** Everything is asked for again. */
  clear(): void {
    this.#kept.clear()
  }
}
