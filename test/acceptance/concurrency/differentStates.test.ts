import { cp } from 'node:fs/promises'
import type { Recording } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import * as hosts from './hosts.ts'
import { Operator } from './operator.ts'
import { expectNoWrites } from './recordings.ts'

let newerFile: string
let recording: Recording

const test = acceptance("an operator with an older state or no state does not undo another operator's change", async () => {
  const installation = await LabInstallation.open()
  const [alice, bob] = [operator(installation, 'alice'), operator(installation, 'bob')]
  expectExit(await alice.apply(), 0)
  await cp(alice.state, bob.state, { recursive: true })
  newerFile = await installation.withEdits('newer', (document) => {
    document.setIn(['objectStorage', 'buckets', 'run-logs', 'expireAfterDays'], 77)
    document.setIn(['release', 'values', 'drain'], { replicaCount: 3 })
    document.setIn(['environment', 'server'], { FEATURE: 'on' })
  })
  expectExit(await alice.apply('-f', newerFile), 0)
  recording = await installation.lab.record()
  return installation
})

for (const [state, name] of [
  ['an older state', 'bob'],
  ['no state', 'carol'],
] as const)
  test.full(`with ${state} and the same file: an empty plan, and an apply without changes`, async (installation) => {
    const other = operator(installation, name)
    expectText(expectExit(await other.run(['plan', '--detailed-exitcode', '-f', newerFile]), 0).stdout, 'No changes.')
    const result = expectExit(await other.apply('-f', newerFile), 0)
    expectText(result.stdout, 'No changes.')
    return `${result.seconds.toFixed(1)} s`
  })

test.full('these runs wrote nothing but the lock', async () => expectNoWrites(await recording(), { ignoreLock: true }))

test.run()

function operator(installation: LabInstallation, name: string): Operator {
  return new Operator(installation, name, hosts.onHost(`host-of-${name}`))
}
