import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import * as world from '../support/assertions.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import * as hosts from './hosts.ts'
import { lease, untilTakenOver } from './lease.ts'
import { Operator, type RunningApply, until, untilHelmWaits } from './operator.ts'
import { expectNoWrites } from './recordings.ts'

const saysWhy = /could not be renewed for \d+ s, so nothing more is written[\s\S]*suspended, or its machine slept/

/** Stopped among its writes; the other host does all the rest meanwhile. */
export async function suspendedAtWork(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  const alice = new Operator(site, 'alice', hosts.onHost('host-a', hosts.interruptAtRecord))
  const begun = await alice.begin([], { AT: '14', DO: 'kill -STOP $PPID' })
  await until('it is suspended', () => isStopped(begun.pid))
  const { holder } = await lease(site)
  await report.line('a holder suspended among its writes: another host takes over after the lease time and finishes', async () => {
    const bob = new Operator(site, 'bob', hosts.onHost('host-b')).apply('--lock-timeout', '90s')
    const silent = await untilTakenOver(site, holder)
    expectExit(await bob, 0)
    await world.everythingMatchesGuide(site)
    return `${silent.toFixed(1)} s of watching`
  })
  await report.line('when it wakes it writes nothing anywhere, and says why', () => wakes(site, begun, []))
}

/** Stopped with its helm at work. */
export async function suspendedInHelm(report: Report): Promise<void> {
  for (const order of ['it first', 'its helm first'] as const) {
    await using site = await LabInstallation.open()
    await site.lab.pods('slow')
    const begun = await new Operator(site, 'alice', hosts.onHost('host-a')).begin()
    await untilHelmWaits(site)
    const { holder } = await lease(site)
    const helms = await helmProcesses(site)
    for (const pid of [begun.pid, ...helms]) process.kill(pid, 'SIGSTOP')
    await report.line(`a holder suspended with its helm: another host takes the lock and leaves the pending release alone`, async () => {
      const bob = new Operator(site, 'bob', hosts.onHost('host-b')).apply('--lock-timeout', '90s')
      const silent = await untilTakenOver(site, holder)
      expectText(expectExit(await bob, 1).stderr, /helm may be at work on it/)
      return `${silent.toFixed(1)} s of watching`
    })
    await report.line(`when both wake, ${order}, nothing is written, and it says why`, () =>
      wakes(site, begun, helms, order === 'it first'),
    )
    await report.line('after that an apply on its host recovers the release at once', async () => {
      await site.lab.pods('normal')
      expectExit(await new Operator(site, 'alice', hosts.onHost('host-a')).apply(), 0)
      await world.everythingMatchesGuide(site)
      return world.releaseIsDeployed(site)
    })
  }
}

async function wakes(site: LabInstallation, { pid, ended }: RunningApply, helms: readonly number[], isFirst = true): Promise<string> {
  const stop = await site.lab.record()
  const order = isFirst ? [pid, ...helms] : [...helms, pid]
  for (const one of order) resume(one)
  const ran = expectExit(await ended, 1)
  // Whoever was not ended would go on now.
  await sleep(1500)
  const recorded = await stop()
  expectNoWrites(recorded)
  expectText(ran.stderr, saysWhy)
  const left = await helmProcesses(site)
  if (left.length > 0) throw new Error(`helm is still there: ${left.join(' ')}`)
  return `0 writes, ${recorded.kubernetes.length} reads`
}

function resume(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // Who woke first has ended it.
  }
}

async function isStopped(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T')
}
