import type { Clock } from '../world/ports/clock.ts'
import type { TriggerQueue } from './triggerQueue.ts'
import type { Trigger } from './watchEvents.ts'

/** The longest time a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1

export type WatchLoop = {
  readonly latch: TriggerQueue
  readonly clock: Clock
  readonly signal: AbortSignal
  /** One look, never two at a time. Must not reject. */
  readonly look: (why: ReadonlySet<Trigger>) => Promise<void>
  /** Milliseconds from the end of a look until the next one, if nothing triggers one before. */
  readonly pauseMs: () => number
}

/** Looks at once, then whenever something triggers it or the time has passed, until aborted. */
export async function watchLoop({ latch, clock, signal, look, pauseMs }: WatchLoop): Promise<void> {
  latch.trigger('start')
  for (let why = await latch.next(signal); why !== undefined; ) {
    await look(why)
    const timer = new AbortController()
    clock.sleep(Math.min(pauseMs(), LONGEST_MS), timer.signal).then(
      () => latch.trigger('timer'),
      () => undefined,
    )
    why = await latch.next(signal)
    timer.abort()
  }
}
