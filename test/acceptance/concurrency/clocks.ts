import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import * as hosts from './hosts.ts'
import { lease, untilTakenOver } from './lease.ts'
import { Operator, untilHelmWaits } from './operator.ts'

/** The wall clocks of both hosts jump by hours while one holds the lock and the other waits for it: by libfaketime. */
export async function clocks(report: Report): Promise<void> {
  await using site = await LabInstallation.open()
  await site.lab.pods('slow')
  const [ofAlice, ofBob] = ['alice', 'bob'].map((name) => join(site.lab.dir, `clock-of-${name}`)) as [string, string]
  for (const file of [ofAlice, ofBob]) await writeFile(file, '+0')
  const alice = new Operator(site, 'alice', hosts.onHost('host-a', hosts.withClock(ofAlice)))
  const begun = await alice.begin()
  await untilHelmWaits(site)
  const { holder } = await lease(site)
  const bob = await new Operator(site, 'bob', hosts.onHost('host-b', hosts.withClock(ofBob))).begin(['--lock-timeout', '5m'])
  // It asks MinIO once, which takes no request from hours away, before it waits for the lock.
  await sleep(4000)
  await report.line('the clocks of holder and waiter are set back and ahead by hours: nobody is taken for dead', async () => {
    for (const [forAlice, forBob] of [
      ['-2h', '+2h'],
      ['+2h', '-2h'],
      ['-5h', '+0'],
    ] as const) {
      await Promise.all([writeFile(ofAlice, forAlice), writeFile(ofBob, forBob)])
      await sleep(13_000)
      if ((await lease(site)).holder !== holder) throw new Error(`with ${forAlice} and ${forBob} the lock was taken over`)
    }
    return 'six jumps in 39 s, the lock was kept and renewed'
  })
  await report.line('the holder is killed and the clocks jump: taken over after the lease time all the same', async () => {
    const taken = untilTakenOver(site, holder)
    // Its last renewal has to be one that was seen.
    await sleep(12_000)
    begun.child.kill('SIGKILL')
    await writeFile(ofBob, '+14m')
    const silent = await taken
    if (silent < 30 || silent > 45) throw new Error(`taken over after ${silent.toFixed(1)} s`)
    return `${silent.toFixed(1)} s of watching`
  })
  await report.line('a pending release is not taken for dead by a clock that is ahead by more than its time', async () => {
    const ran = expectExit(await bob.ended, 1)
    expectText(ran.stderr, /helm may be at work on it/)
    return undefined
  })
}
