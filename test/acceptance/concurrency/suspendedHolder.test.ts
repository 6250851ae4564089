import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide, releaseIsDeployed } from '../support/assertions.ts'
import { helmProcesses, untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import * as hosts from './hosts.ts'
import { lease, untilTakenOver } from './lease.ts'
import { Operator, type RunningApply, withSlowPods } from './operator.ts'
import { expectNoWrites } from './recordings.ts'

const REASON = /could not be renewed for \d+ s, so nothing more is written[\s\S]*This process or its machine was suspended/

betweenWrites()
for (const first of ['groundcrew', 'helm'] as const) withHelm(first)

function betweenWrites(): void {
  const test = acceptance('a holder of the lock is suspended between two of its writes', () => LabInstallation.open())
  let alice: RunningApply

  test.full('another host takes over after the lease time and finishes', async (installation) => {
    const operator = new Operator(installation, 'alice', hosts.onHost('host-a', hosts.interruptAtRecord))
    alice = await operator.begin([], { AT: '14', DO: 'kill -STOP $PPID' })
    await until('the holder is suspended', () => isStopped(alice.pid))
    const { holder } = await lease(installation)
    const bob = new Operator(installation, 'bob', hosts.onHost('host-b')).apply('--lock-timeout', '90s')
    const seconds = await untilTakenOver(installation, holder)
    expectExit(await bob, 0)
    await everythingMatchesGuide(installation)
    return `${seconds.toFixed(1)} s without a renewal`
  })

  test.full('resumed, it writes nothing anywhere and reports why', (installation) => resumed(installation, alice, [alice.pid]))

  test.run()
}

function withHelm(first: 'groundcrew' | 'helm'): void {
  const test = acceptance(`a holder of the lock is suspended with its helm process, and ${first} resumes first`, async () =>
    withSlowPods(await LabInstallation.open()),
  )
  let alice: RunningApply
  let helms: readonly number[]

  test.full('another host takes the lock and leaves the pending release unchanged', async (installation) => {
    alice = await new Operator(installation, 'alice', hosts.onHost('host-a')).begin()
    await untilHelmWaits(installation)
    const { holder } = await lease(installation)
    helms = await helmProcesses(installation)
    for (const pid of [alice.pid, ...helms]) process.kill(pid, 'SIGSTOP')
    const bob = new Operator(installation, 'bob', hosts.onHost('host-b')).apply('--lock-timeout', '90s')
    const seconds = await untilTakenOver(installation, holder)
    expectText(expectExit(await bob, 1).stderr, /a helm process may still be running/)
    return `${seconds.toFixed(1)} s without a renewal`
  })

  test.full('both resumed, nothing is written, and the holder reports why', (installation) =>
    resumed(installation, alice, first === 'groundcrew' ? [alice.pid, ...helms] : [...helms, alice.pid]),
  )

  test.full('the next apply on its host recovers the release at once', async (installation) => {
    await installation.lab.pods('normal')
    expectExit(await new Operator(installation, 'alice', hosts.onHost('host-a')).apply(), 0)
    await everythingMatchesGuide(installation)
    return releaseIsDeployed(installation)
  })

  test.run()
}

/** Resumes the processes of a suspended apply in this order. */
async function resumed(installation: LabInstallation, { ended }: RunningApply, pids: readonly number[]): Promise<string> {
  const stop = await installation.lab.record()
  for (const pid of pids) resume(pid)
  const result = expectExit(await ended, 1)
  // A helm process that was not ended would continue now.
  await sleep(1500)
  const recorded = await stop()
  expectNoWrites(recorded)
  expectText(result.stderr, REASON)
  const left = await helmProcesses(installation)
  if (left.length > 0) throw new Error(`helm still runs: ${left.join(' ')}`)
  return `0 writes, ${recorded.kubernetes.length} reads`
}

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // The process that resumed first has ended this one.
  }
}

async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
}
