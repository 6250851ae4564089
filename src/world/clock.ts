import { randomUUID } from 'node:crypto'
import { uptime } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock, Randomness } from './ports/clock.ts'

export const systemClock: Clock = {
  now: () => new Date(),
  // Not performance.now(), which stops while the machine is suspended: leases of other clients keep running then.
  monotonic: () => uptime() * 1000,
  sleep: (ms, signal) => wait(ms, undefined, signal && { signal }),
}

export const systemRandomness: Randomness = { uuid: () => randomUUID() }
