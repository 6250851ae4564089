import { repeatedWork } from '../crashes/noDuplicateWork.ts'
import * as world from '../support/assertions.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import * as hosts from './hosts.ts'
import { lease, untilTakenOver } from './lease.ts'
import { Operator, type RunningApply, until, untilHelmWaits } from './operator.ts'

const LEASE_SECONDS = 30

/** A holder that dies, or is told to stop, while its helm waits: whoever comes next on this host need not wait. */
export async function endedHere(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  await site.lab.pods('slow')
  await report.line('killed with -9 on this host: the next apply, without a timeout, takes over at once', async () => {
    const { child, ended, pid } = await working(site, 'alice')
    child.kill('SIGKILL')
    await ended
    const other = await working(site, 'bob')
    if (other.pid === pid) throw new Error('the same process')
    other.child.kill('SIGINT')
    expectExit(await other.ended, 130)
    return undefined
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    await report.line(`${signal}: exit 130, and the lock is free at once, for another host too`, async () => {
      const { child, ended } = await working(site, 'carol')
      const told = performance.now()
      child.kill(signal)
      expectExit(await ended, 130)
      const seconds = (performance.now() - told) / 1000
      const { holder } = await lease(site)
      if (holder !== '') throw new Error(`the lock is still held by ${holder}`)
      return `${seconds.toFixed(1)} s`
    })
  await report.line('and the last one, on another host, converges', async () => {
    await site.lab.pods('normal')
    expectExit(await new Operator(site, 'dave', hosts.onHost('host-d')).apply(), 0)
    await world.everythingMatchesGuide(site)
    return world.releaseIsDeployed(site)
  })
}

/** An apply of somebody's, with its helm at work. */
async function working(site: LabInstallation, name: string): Promise<RunningApply> {
  const begun = await new Operator(site, name).begin()
  const early = begun.ended.then((ran) => {
    throw new Error(`${name} ended early: exit ${ran.code}\n${ran.stderr}${ran.stdout}`)
  })
  early.catch(() => undefined)
  const atWork = until(`${name}'s helm works`, async () => {
    const [now, helms] = [await lease(site).catch(() => undefined), await helmProcesses(site)]
    return now?.helm !== undefined && now.process === begun.pid && helms.includes(now.helm)
  })
  await Promise.race([atWork.then(() => untilHelmWaits(site)), early])
  return begun
}

/** A holder killed on another host, in the middle: nobody here can know, so only the lease time counts. */
export async function killedElsewhere(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  const alice = new Operator(site, 'alice', hosts.onHost('host-a', hosts.interruptAtRecord))
  const stopFirst = await site.lab.record()
  const killed = await alice.run(['apply', '--auto-approve'], { AT: '17', DO: 'kill -KILL $PPID' })
  if (killed.signal !== 'SIGKILL') throw new Error(`it was not killed: exit ${killed.code}\n${killed.stderr}${killed.stdout}`)
  const before = await stopFirst()
  const { holder } = await lease(site)
  const bob = new Operator(site, 'bob', hosts.onHost('host-b'))
  await report.line('killed with -9 on another host: refused at once, and still after 25 s of waiting', async () => {
    expectText(expectExit(await bob.apply(), 1).stderr, /locked by alice@host-a/)
    const ran = expectExit(await bob.apply('--lock-timeout', '25s'), 1)
    expectText(ran.stderr, /locked by alice@host-a/)
    return `${ran.seconds.toFixed(1)} s`
  })
  await report.line('taken over after the lease time without a renewal, and what was done is not done again', async () => {
    const stop = await site.lab.record()
    const waiting = bob.apply('--lock-timeout', '90s')
    const silent = await untilTakenOver(site, holder)
    expectExit(await waiting, 0)
    if (silent < LEASE_SECONDS) throw new Error(`taken over after ${silent.toFixed(1)} s`)
    const journal = (await journalOf(site, alice)) ?? []
    const twice = repeatedWork(journal, before, await stop())
    if (twice.length > 0) throw new Error(twice.join('\n'))
    await world.everythingMatchesGuide(site)
    return `${silent.toFixed(1)} s of watching`
  })
}

async function journalOf(site: LabInstallation, operator: Operator) {
  return (await site.journals(operator.state)).at(-1)
}
