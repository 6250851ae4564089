import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Randomness } from './ports/clock.ts'

export const systemClock: Clock = {
  now: () => new Date(),
  // Not performance.now(), which stands still while a machine sleeps: the others' leases run on then.
  monotonic: () => uptime() * 1000,
  sleep: (ms, signal) => wait(ms, undefined, signal && { signal }),
}

export const systemRandomness: Randomness = { uuid: () => randomUUID() }
