import { setTimeout as sleep } from 'node:timers/promises'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide, releaseIsDeployed } from '../support/assertions.ts'
import { helmProcesses, untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import { Operator, withSlowPods } from './operator.ts'
import { expectNoWrites } from './recordings.ts'

/** Writing stops 20 s after the last renewal, which may have been up to 10 s before the outage. */
const STOPPED_AFTER_SECONDS = { min: 9, max: 22 }

for (const { fault, down, up } of [
  { fault: 'refuses connections', down: 'stop', up: 'start' },
  { fault: 'accepts connections and never responds', down: 'suspend', up: 'resume' },
] as const) {
  const test = acceptance(`the API server ${fault} in the middle of an apply, for longer than the lock can be kept`, async () =>
    withSlowPods(await LabInstallation.open()),
  )

  test.full('the holder ends its helm process, stops and reports why', async (installation) => {
    const alice = await new Operator(installation, 'alice').begin()
    await untilHelmWaits(installation)
    const downAt = performance.now()
    const elapsed = () => (performance.now() - downAt) / 1000
    await installation.lab.server('apiserver')[down]()
    await until('helm has ended', async () => (await helmProcesses(installation)).length === 0)
    const seconds = elapsed()
    // Its last read may still wait for a response.
    const result = expectExit(await alice.ended, 1)
    expectText(result.stderr, /could not be renewed for \d+ s, so nothing more is written[\s\S]*Last attempt: /)
    if (seconds < STOPPED_AFTER_SECONDS.min || seconds > STOPPED_AFTER_SECONDS.max) throw new Error(`stopped after ${seconds.toFixed(1)} s`)
    return `helm ended after ${seconds.toFixed(1)} s, the holder after ${elapsed().toFixed(1)} s`
  })

  test.full('back again: nothing more is written, and the next apply continues', async (installation) => {
    await installation.lab.server('apiserver')[up]()
    const stop = await installation.lab.record()
    await sleep(2000)
    expectNoWrites(await stop())
    await installation.lab.pods('normal')
    expectExit(await new Operator(installation, 'alice').apply(), 0)
    await everythingMatchesGuide(installation)
    return releaseIsDeployed(installation)
  })

  test.run()
}
