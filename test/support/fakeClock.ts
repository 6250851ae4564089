import type { Clock } from '../../src/world/ports/clock.ts'

/** A clock that advances only with {@link pass} and {@link suspend}. */
export class FakeClock implements Clock {
  #ms = 0
  readonly #sleepers: { at: number; wake: () => void }[] = []

  now(): Date {
    return new Date(Date.UTC(2026, 10, 24) + this.#ms)
  }
  monotonic(): number {
    return this.#ms
  }
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#sleepers.push({ at: this.#ms + ms, wake: resolve })
      signal?.addEventListener('abort', () => reject(new Error('aborted')))
    })
  }

  /** Advances by `ms` at once, as for a suspended process: sleepers wake late. */
  suspend(ms: number): void {
    this.#ms += ms
  }

  /** Advances by `ms`, wakes sleepers in their order and waits for their promises. */
  async pass(ms: number): Promise<void> {
    const end = this.#ms + ms
    for (;;) {
      await settle()
      const next = this.#sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#ms = Math.max(this.#ms, next.at)
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      next.wake()
    }
    this.#ms = end
  }
}

/** Runs everything that waits only for promises. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
