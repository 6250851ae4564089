import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Randomness } from './ports/clock.ts'

export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal && { signal }),
}

export const systemRandomness: Randomness = { uuid: () => randomUUID() }
