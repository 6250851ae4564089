import type { Clock } from '../world/ports/clock.ts'
import type { TriggerQueue } from './triggerQueue.ts'
import type { Trigger } from './watchEvents.ts'

/** The longest timer that Node supports. */
const MAX_SLEEP_MS = 2 ** 31 - 1

export type WatchLoop = {
  readonly queue: TriggerQueue
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One check, never two at a time. Must not reject. */
  readonly check: (triggers: ReadonlySet<Trigger>) => Promise<void>
  /** Milliseconds from the end of a check to the next one, if nothing triggers one before. */
  readonly pauseMs: () => number
}

/** Checks at once, then at every trigger and after every pause, until aborted. */
export async function watchLoop({ queue, clock, signal, check, pauseMs }: WatchLoop): Promise<void> {
  queue.trigger('start')
  for (let triggers = await queue.next(signal); triggers !== undefined; ) {
    await check(triggers)
    const timer = new AbortController()
    clock.sleep(Math.min(pauseMs(), MAX_SLEEP_MS), timer.signal).then(
      () => queue.trigger('timer'),
      () => undefined,
    )
    triggers = await queue.next(signal)
    timer.abort()
  }
}
