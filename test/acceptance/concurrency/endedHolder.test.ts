import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide, releaseIsDeployed } from '../support/assertions.ts'
import { helmProcesses, untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import { outputOf } from '../support/run.ts'
import * as hosts from './hosts.ts'
import { expectHolder, lease } from './lease.ts'
import { Operator, type RunningApply, withSlowPods } from './operator.ts'

const test = acceptance('the lock after its holder ended on this host, while its helm process waits', async () =>
  withSlowPods(await LabInstallation.open()),
)

test('killed with -9: the next apply takes over at once, without a timeout', async (installation) => {
  const { child, ended, pid } = await applyInHelm(installation, 'alice')
  child.kill('SIGKILL')
  await ended
  const other = await applyInHelm(installation, 'bob')
  if (other.pid === pid) throw new Error('the same process')
  other.child.kill('SIGINT')
  expectExit(await other.ended, 130)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test.full(`${signal}: exit 130, and the lock is free at once, for other hosts too`, async (installation) => {
    const { child, ended } = await applyInHelm(installation, 'carol')
    const signalledAt = performance.now()
    child.kill(signal)
    expectExit(await ended, 130)
    const seconds = (performance.now() - signalledAt) / 1000
    await expectHolder(installation, '')
    return `${seconds.toFixed(1)} s`
  })

test('the next apply, from another host, converges', async (installation) => {
  await installation.lab.pods('normal')
  expectExit(await new Operator(installation, 'dave', hosts.onHost('host-d')).apply(), 0)
  await everythingMatchesGuide(installation)
  return releaseIsDeployed(installation)
})

test.run()

/** An apply that waits for its helm process; both are recorded in the lock. */
async function applyInHelm(installation: LabInstallation, name: string): Promise<RunningApply> {
  const apply = await new Operator(installation, name).begin()
  const early = apply.ended.then((result) => {
    throw new Error(`${name} ended early: ${outputOf(result)}`)
  })
  early.catch(() => undefined)
  const running = until(`${name}'s helm process is recorded in the lock`, async () => {
    const [current, helms] = [await lease(installation).catch(() => undefined), await helmProcesses(installation)]
    return current?.helm !== undefined && current.process === apply.pid && helms.includes(current.helm)
  })
  await Promise.race([running.then(() => untilHelmWaits(installation)), early])
  return apply
}
