import { setTimeout as sleep } from 'node:timers/promises'
import * as world from '../support/assertions.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import { Operator, until, untilHelmWaits } from './operator.ts'
import { expectNoWrites } from './recordings.ts'

/** The fence closes after 20 s without a renewal; the last one may have been up to 10 s before the outage. */
const FENCE_SECONDS = { least: 9, most: 22 }

/** The API server goes away in the middle of an apply and stays away, in both ways in which servers do that. */
export async function apiServerUnreachable(report: Report): Promise<void> {
  for (const [how, takeAway, giveBack] of [
    ['refuses connections', 'stop', 'start'],
    ['takes connections and never answers', 'suspend', 'resume'],
  ] as const) {
    await using site = await LabInstallation.open()
    await site.lab.pods('slow')
    const begun = await new Operator(site, 'alice').begin()
    await untilHelmWaits(site)
    await report.line(`the API server ${how} for longer than the fence: the holder stops, its helm with it, and says why`, async () => {
      const gone = performance.now()
      await site.lab.server('apiserver')[takeAway]()
      await until('helm is ended', async () => (await helmProcesses(site)).length === 0)
      const seconds = (performance.now() - gone) / 1000
      // Its last read may still wait for an answer.
      const ran = expectExit(await begun.ended, 1)
      expectText(ran.stderr, /could not be renewed for \d+ s, so nothing more is written[\s\S]*The last try: /)
      if (seconds < FENCE_SECONDS.least || seconds > FENCE_SECONDS.most) throw new Error(`stopped after ${seconds.toFixed(1)} s`)
      return `helm ${seconds.toFixed(1)} s after it went, the holder ${((performance.now() - gone) / 1000).toFixed(1)} s`
    })
    await report.line('when it comes back nothing is written any more, and the next apply goes on', async () => {
      await site.lab.server('apiserver')[giveBack]()
      const stop = await site.lab.record()
      await sleep(2000)
      expectNoWrites(await stop())
      await site.lab.pods('normal')
      expectExit(await new Operator(site, 'alice').apply(), 0)
      await world.everythingMatchesGuide(site)
      return world.releaseIsDeployed(site)
    })
  }
}
