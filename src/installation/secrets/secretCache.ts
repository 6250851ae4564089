import type { Sealed } from '../../values/sealed.ts'
import type { Clock } from '../../world/ports/clock.ts'

const TTL_MS = 15 * 60_000

/** Caches the output of secret commands for 15 minutes, in memory only, so that a daemon does not query a vault at every check. */
export class SecretCache {
  readonly #clock: Clock
  readonly #entries = new Map<string, { readonly secret: Sealed; readonly since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(source: string): Sealed | undefined {
    const entry = this.#entries.get(source)
    if (entry === undefined || this.#clock.monotonic() - entry.since < TTL_MS) return entry?.secret
    this.#entries.delete(source)
    return undefined
  }

  set(source: string, secret: Sealed): void {
    this.#entries.set(source, { secret, since: this.#clock.monotonic() })
  }

  /** Makes every command run again. */
  clear(): void {
    this.#entries.clear()
  }
}
