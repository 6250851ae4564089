import type { Recording } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide, releaseIsDeployed } from '../support/assertions.ts'
import { untilHelmWaits } from '../support/helmProcesses.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import * as hosts from './hosts.ts'
import { lease } from './lease.ts'
import { Operator, type RunningApply, withSlowPods } from './operator.ts'
import { expectCreatedOnce } from './recordings.ts'

let recording: Recording
let first: RunningApply

const test = acceptance('several operators apply at the same time', async () => {
  const installation = await LabInstallation.open()
  recording = await installation.lab.record()
  await withSlowPods(installation)
  first = await new Operator(installation, 'alice').begin()
  await untilHelmWaits(installation)
  return installation
})

const elsewhere = [
  { place: 'this host', program: undefined, isQuick: true },
  { place: 'another host', program: hosts.onHost('host-b'), isQuick: true },
  { place: 'another pid namespace of this host', program: hosts.inPidNamespace(), isQuick: false },
  { place: 'a time namespace of this host, where processes have other start times', program: hosts.inTimeNamespace(), isQuick: false },
  { place: 'another machine with the same host name', program: hosts.onHostWithSameName(), isQuick: false },
]
for (const { place, program, isQuick } of elsewhere) {
  const register = isQuick ? test : test.full
  register(`a second apply from ${place}: refused, and the message names the holder`, async (installation) => {
    const result = expectExit(await new Operator(installation, 'bob', program).apply(), 1)
    expectText(result.stderr, new RegExp(`locked by alice@\\S+ \\(apply, process ${first.pid} on `))
    return `${result.seconds.toFixed(1)} s`
  })
}

test('an apply with --lock-timeout waits, then has no changes; everything was created once', async (installation) => {
  const waiting = await new Operator(installation, 'carol', hosts.onHost('host-c')).begin(['--lock-timeout', '2m'])
  await installation.lab.pods('normal')
  expectExit(await first.ended, 0)
  expectText(expectExit(await waiting.ended, 0).stdout, 'No changes.')
  expectCreatedOnce(await recording())
  await everythingMatchesGuide(installation)
  return `${await releaseIsDeployed(installation)}, ${(await lease(installation)).transitions} change of the lock's holder`
})

test('four applies at the same moment: one applies, refused ones name its operator, nothing is created twice', async (installation) => {
  await installation.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-server')
  await installation.mc('rb', '--force', 'lab/spacelift-run-logs')
  const stop = await installation.lab.record()
  const names = ['dave', 'erin', 'frank', 'grace']
  const results = await Promise.all(names.map((name) => new Operator(installation, name, hosts.onHost(`host-of-${name}`)).apply()))
  expectCreatedOnce(await stop())
  const applied = results.filter(({ code, stdout }) => code === 0 && stdout.includes('Apply complete.'))
  const refused = results.filter(({ code, stderr }) => code === 1 && /locked by (dave|erin|frank|grace)@host-of-/.test(stderr))
  const unchanged = results.filter(({ code, stdout }) => code === 0 && stdout.includes('No changes.'))
  if (applied.length !== 1 || refused.length + unchanged.length !== 3)
    throw new Error(results.map(({ code, stdout, stderr }) => `exit ${code}\n${stderr}${stdout}`).join('\n'))
  return `1 applied, ${refused.length} refused, ${unchanged.length} had no changes`
})

test.run()
