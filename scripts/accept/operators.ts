import { apiServerAway } from './operators/away.ts'
import { clocks } from './operators/clocks.ts'
import { suspendedAtWork, suspendedInHelm } from './operators/suspended.ts'
import { endedHere, killedElsewhere } from './operators/takeover.ts'
import { otherStates, together } from './operators/together.ts'
import { unlock } from './operators/unlock.ts'
import type { Check } from './report.ts'

export const operators: Check = {
  name: 'operators',
  about: 'two operators: one lock for all hosts, taken over when its holder is dead and not before; who lost it writes nothing',
  async run(report, isQuick) {
    await together(report)
    await endedHere(report)
    if (isQuick) return
    // What waits for leases to end costs the most time: each of these does.
    for (const scenario of [otherStates, killedElsewhere, suspendedAtWork, suspendedInHelm, clocks, apiServerAway, unlock])
      await scenario(report)
  },
}
