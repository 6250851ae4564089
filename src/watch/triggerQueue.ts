import type { Trigger } from './watchEvents.ts'

/** Turns any number of triggers into one look: those that come during a look lead to exactly one more. */
export class TriggerQueue {
  readonly #pending = new Set<Trigger>()
  #wake: () => void = () => undefined

  trigger(why: Trigger): void {
    this.#pending.add(why)
    this.#wake()
  }

  /** All that was triggered since the last call, as soon as there is something; undefined when aborted. */
  async next(signal: AbortSignal): Promise<ReadonlySet<Trigger> | undefined> {
    if (this.#pending.size === 0 && !signal.aborted) await this.#woken(signal)
    if (signal.aborted) return undefined
    const why = new Set(this.#pending)
    this.#pending.clear()
    return why
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
