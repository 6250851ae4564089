import type { Check } from '../support/report.ts'
import { apiServerUnreachable } from './away.ts'
import { clocks } from './clocks.ts'
import { suspendedAtWork, suspendedInHelm } from './suspended.ts'
import { endedHere, killedElsewhere } from './takeover.ts'
import { otherStates, together } from './together.ts'
import { unlock } from './unlock.ts'

export const operators: Check = {
  name: 'operators',
  about: 'two operators: one lock for all hosts, taken over when its holder is dead and not before; who lost it writes nothing',
  async run(report, isQuick) {
    await together(report)
    await endedHere(report)
    if (isQuick) return
    // What waits for leases to end costs the most time: each of these does.
    for (const scenario of [otherStates, killedElsewhere, suspendedAtWork, suspendedInHelm, clocks, apiServerUnreachable, unlock])
      await scenario(report)
  },
}
