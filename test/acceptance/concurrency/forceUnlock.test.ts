import { acceptance } from '../support/acceptance.ts'
import { untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import * as hosts from './hosts.ts'
import { expectHolder, lease } from './lease.ts'
import { Operator, type RunningApply, withSlowPods } from './operator.ts'

let alice: RunningApply
let holder: string

const test = acceptance('force-unlock frees the lock only of a run that is named and dead', async () => {
  const installation = await withSlowPods(await LabInstallation.open())
  alice = await new Operator(installation, 'alice', hosts.onHost('host-a')).begin()
  await untilHelmWaits(installation)
  holder = (await lease(installation)).holder
  return installation
})

test.full('another run than the holder: refused, and the message names the holder', (installation) =>
  refused(installation, 'host-b', new RegExp(`held by run ${holder}`), '20260101T000000Z-00000000', '--force'),
)

test.full('without a terminal and without --force: refused', (installation) =>
  refused(installation, 'host-b', /The lock was not freed/, holder),
)

test.full('a live holder on this host: refused, and the message names its process', (installation) =>
  refused(installation, 'host-a', new RegExp(`running: it is process ${alice.pid}`), holder, '--force'),
)

test.full('a live holder on another host: refused, because it renews the lock', (installation) =>
  refused(installation, 'host-b', /has just renewed the lock: it is running/, holder, '--force'),
)

test.full('a dead holder on another host: freed after observing it, and the next apply continues at once', async (installation) => {
  alice.child.kill('SIGKILL')
  await alice.ended
  const result = expectExit(await unlock(installation, 'host-b', holder, '--force'), 0)
  await expectHolder(installation, '')
  await installation.lab.pods('normal')
  expectExit(await new Operator(installation, 'carol', hosts.onHost('host-a')).apply(), 0)
  return `${result.seconds.toFixed(1)} s`
})

test.full('a lock without a holder: refused', async (installation) => {
  expectText(expectExit(await unlock(installation, 'host-b', holder, '--force'), 1).stderr, /No run holds the lock/)
})

test.run()

function unlock(installation: LabInstallation, host: string, ...args: string[]) {
  return new Operator(installation, 'bob', hosts.onHost(host)).run(['force-unlock', ...args])
}

async function refused(installation: LabInstallation, host: string, reason: RegExp, ...args: string[]): Promise<string> {
  const result = expectExit(await unlock(installation, host, ...args), 1)
  expectText(result.stderr + result.stdout, reason)
  await expectHolder(installation, holder)
  return `${result.seconds.toFixed(1)} s`
}
