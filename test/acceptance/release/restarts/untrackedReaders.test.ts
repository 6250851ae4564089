import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killedAt } from '../../crashes/crashTrial.ts'
import { acceptance } from '../../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../../support/installation.ts'
import { podsOf, replacedWorkloads } from '../../support/workloads.ts'
import { installByGuide } from '../guideMade/guideCommands.ts'
import { applyWithRestarts, changedPlan, expectEmptyPlan } from './applyWithRestarts.ts'
import { ManualChanges } from './manualChanges.ts'

let manual: ManualChanges

/** Readers are tracked from their first restart by groundcrew on. */
const test = acceptance("an installation made with the guide's commands, whose readers are not tracked yet", async () => {
  const installation = await LabInstallation.open()
  await installByGuide(installation)
  manual = new ManualChanges(installation)
  return installation
})

test.full('adopted without a restart, also when a pod was replaced before', async (installation) => {
  await manual.moveOnePod('spacelift-server')
  const before = await podsOf(installation)
  expectExit(await installation.apply(), 0)
  expectSame(await replacedWorkloads(installation, before), [])
  return expectEmptyPlan(installation)
})

test.full('a secret changed and restored by hand, and a pod started in between: its Deployment restarts', async (installation) => {
  const value = await manual.value('spacelift-shared', 'LICENSE_TYPE')
  await manual.set('spacelift-shared', 'LICENSE_TYPE', 'by hand')
  await manual.moveOnePod('spacelift-scheduler')
  await manual.set('spacelift-shared', 'LICENSE_TYPE', value)
  expectText(await changedPlan(installation), 'release/spacelift/spacelift  (drifted)')
  return applyWithRestarts(installation, ['spacelift-scheduler'])
})

test.full('an apply killed between the change and the restart: the next apply restarts', async (installation) => {
  await writeFile(join(installation.folder, 'admin-password'), 'another password\n')
  await killedAt(installation, 'after:3')
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('apply --track restarts the others, and the next plan --track is empty', async (installation) => {
  const restarts = await applyWithRestarts(installation, ['spacelift-drain'], installation.file, '--track')
  expectText(expectExit(await installation.plan('--track'), 0).stdout, 'No changes.')
  return restarts
})

test.run()
