import type { Clock } from '../../src/world/ports/clock.ts'

/** A clock that moves only when it is told to, or when somebody sleeps on it. */
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

  /** Lets `ms` go by at once, as for a process that is suspended meanwhile: who sleeps wakes late. */
  suspend(ms: number): void {
    this.#ms += ms
  }

  /** Lets `ms` pass, waking sleepers in their order and letting what they do settle. */
  async pass(ms: number): Promise<void> {
    const end = this.#ms + ms
    for (;;) {
      await settle()
      const next = this.#sleepers.filter((one) => one.at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#ms = Math.max(this.#ms, next.at)
      this.#sleepers.splice(this.#sleepers.indexOf(next), 1)
      next.wake()
    }
    this.#ms = end
  }
}

/** Lets everything that waits for nothing but promises run. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
