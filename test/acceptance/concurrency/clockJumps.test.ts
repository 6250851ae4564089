import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MinioTrace } from '../../../scripts/lab/requests/minio.ts'
import { acceptance } from '../support/acceptance.ts'
import { untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import * as hosts from './hosts.ts'
import { expectHolder, lease, untilTakenOver } from './lease.ts'
import { Operator, type RunningApply, withSlowPods } from './operator.ts'

let alice: RunningApply
let bob: RunningApply
let holder: string

/** By libfaketime. */
const test = acceptance('the wall clocks of holder and waiter jump by hours', async () => {
  const installation = await withSlowPods(await LabInstallation.open())
  for (const name of ['alice', 'bob']) await setClock(installation, name, '+0')
  alice = await operator(installation, 'alice', 'host-a').begin()
  await untilHelmWaits(installation)
  holder = (await lease(installation)).holder
  const trace = await MinioTrace.start(installation.lab.description)
  bob = await operator(installation, 'bob', 'host-b').begin(['--lock-timeout', '5m'])
  // Before it waits for the lock, bob sends a request to MinIO, which refuses clocks that are hours off.
  await until('MinIO received a request', async () => (await trace.requests()).length > 0)
  await trace.stop()
  await sleep(2000)
  return installation
})

test.full('set back and ahead while both run: the holder is not considered dead', async (installation) => {
  for (const [ofAlice, ofBob] of [
    ['-2h', '+2h'],
    ['+2h', '-2h'],
    ['-5h', '+0'],
  ] as const) {
    await Promise.all([setClock(installation, 'alice', ofAlice), setClock(installation, 'bob', ofBob)])
    await sleep(13_000)
    await expectHolder(installation, holder)
  }
  return 'six jumps in 39 s, the lock was kept and renewed'
})

test.full('the holder is killed and the clocks jump: taken over after the lease time', async (installation) => {
  const takeover = untilTakenOver(installation, holder)
  // Bob has to observe a last renewal.
  await sleep(12_000)
  alice.child.kill('SIGKILL')
  await setClock(installation, 'bob', '+14m')
  const seconds = await takeover
  if (seconds < 30 || seconds > 45) throw new Error(`taken over after ${seconds.toFixed(1)} s`)
  return `${seconds.toFixed(1)} s without a renewal`
})

test.full('a clock that is ahead by more than its timeout does not make a pending release recoverable', async () => {
  expectText(expectExit(await bob.ended, 1).stderr, /a helm process may still be running/)
})

test.run()

const clockFile = (installation: LabInstallation, name: string): string => join(installation.lab.dir, `clock-of-${name}`)

function setClock(installation: LabInstallation, name: string, offset: string): Promise<void> {
  return writeFile(clockFile(installation, name), offset)
}

function operator(installation: LabInstallation, name: string, host: string): Operator {
  return new Operator(installation, name, hosts.onHost(host, hosts.withClock(clockFile(installation, name))))
}
