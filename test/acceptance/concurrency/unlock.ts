import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import * as hosts from './hosts.ts'
import { lease } from './lease.ts'
import { Operator, untilHelmWaits } from './operator.ts'

/** The lock freed by hand: only for a run that is named, and that does not live. */
export async function unlock(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  await site.lab.pods('slow')
  const begun = await new Operator(site, 'alice', hosts.onHost('host-a')).begin()
  await untilHelmWaits(site)
  const { holder } = await lease(site)
  const unlockFrom = (host: string, id: string, ...flags: string[]) =>
    new Operator(site, 'bob', hosts.onHost(host)).run(['force-unlock', id, ...flags])
  const refused = async (id: string, host: string, why: RegExp, ...flags: string[]): Promise<string> => {
    const ran = expectExit(await unlockFrom(host, id, ...flags), 1)
    expectText(ran.stderr + ran.stdout, why)
    if ((await lease(site)).holder !== holder) throw new Error('the lock is no longer held')
    return `${ran.seconds.toFixed(1)} s`
  }
  await report.line('force-unlock of a run that does not hold it: refused, naming who does', () =>
    refused('20260101T000000Z-00000000', 'host-b', new RegExp(`held by run ${holder}`), '--force'),
  )
  await report.line('without a terminal and without --force: refused', () => refused(holder, 'host-b', /The lock stays/))
  await report.line('of a living holder of this host: refused, naming its process', () =>
    refused(holder, 'host-a', new RegExp(`alive: it is process ${begun.pid}`), '--force'),
  )
  await report.line('of a living holder of another host: refused, because it renews', () =>
    refused(holder, 'host-b', /has just renewed the lock/, '--force'),
  )
  begun.child.kill('SIGKILL')
  await begun.ended
  await report.line('of a dead holder of another host: freed after watching it, and the next apply goes on at once', async () => {
    const ran = expectExit(await unlockFrom('host-b', holder, '--force'), 0)
    if ((await lease(site)).holder !== '') throw new Error('the lock is still held')
    await site.lab.pods('normal')
    expectExit(await new Operator(site, 'carol', hosts.onHost('host-a')).apply(), 0)
    return `${ran.seconds.toFixed(1)} s`
  })
  await report.line('when nobody holds it: refused', async () => {
    expectText(expectExit(await unlockFrom('host-b', holder, '--force'), 1).stderr, /Nobody holds the lock/)
    return undefined
  })
}
