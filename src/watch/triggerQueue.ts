import type { Trigger } from './watchEvents.ts'

/** Turns any number of triggers into one check: those that come during a check lead to exactly one more. */
export class TriggerQueue {
  readonly #pending = new Set<Trigger>()
  #wake: () => void = () => undefined

  trigger(trigger: Trigger): void {
    this.#pending.add(trigger)
    this.#wake()
  }

  /** All triggers since the last call, as soon as there is one; undefined when aborted. */
  async next(signal: AbortSignal): Promise<ReadonlySet<Trigger> | undefined> {
    if (this.#pending.size === 0 && !signal.aborted) await this.#woken(signal)
    if (signal.aborted) return undefined
    const triggers = new Set(this.#pending)
    this.#pending.clear()
    return triggers
  }

  #woken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        signal.removeEventListener('abort', wake)
        resolve()
      }
      this.#wake = wake
      signal.addEventListener('abort', wake, { once: true })
    })
  }
}
