import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killedAt } from '../../crashes/crashTrial.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { podsOf } from '../../support/workloads.ts'
import { ChartRepository } from '../guideMade/chartRepository.ts'
import { applyNamespaceAndSecrets, deploy, makeBuckets, pushImages } from '../guideMade/guideCommands.ts'
import { applyWithRestarts, changedPlan, expectEmptyPlan, replacedWorkloads } from './applyWithRestarts.ts'
import { ManualChanges } from './manualChanges.ts'

/** An install that the guide's commands made: nothing of it is tracked, until it restarts anyway. */
export async function notTrackedYet(report: Report): Promise<void> {
  await using installation = await LabInstallation.open()
  await guideMade(installation)
  const hand = new ManualChanges(installation)
  await report.line('made by hand: adopted without a restart, also with a pod that moved meanwhile', async () => {
    await hand.moveOnePod('spacelift-server')
    const before = await podsOf(installation)
    expectExit(await installation.apply(), 0)
    expectSame(await replacedWorkloads(installation, before), [])
    return expectEmptyPlan(installation)
  })
  await report.line('not tracked yet, changed and put back by hand: restarted for its pods’ sake', async () => {
    const value = await hand.value('spacelift-shared', 'LICENSE_TYPE')
    await hand.set('spacelift-shared', 'LICENSE_TYPE', 'by hand')
    await hand.moveOnePod('spacelift-scheduler')
    await hand.set('spacelift-shared', 'LICENSE_TYPE', value)
    expectText(await changedPlan(installation), 'release/spacelift/spacelift  (drifted)')
    return applyWithRestarts(installation, ['spacelift-scheduler'])
  })
  await report.line('not tracked yet, killed between the change and the restart: the next apply restarts', async () => {
    await writeFile(join(installation.folder, 'admin-password'), 'another password\n')
    await killedAt(installation, 'after:3')
    return applyWithRestarts(installation, ['spacelift-server'])
  })
  await report.line('apply --track restarts what is left, and then nothing is', async () => {
    const said = await applyWithRestarts(installation, ['spacelift-drain'], installation.file, '--track')
    expectText(expectExit(await installation.plan('--track'), 0).stdout, 'No changes.')
    return said
  })
}

async function guideMade(installation: LabInstallation): Promise<void> {
  await using repository = await ChartRepository.open(installation)
  await repository.publish(join(installation.folder, 'chart'))
  await pushImages(installation)
  await makeBuckets(installation, 'mc commands')
  await applyNamespaceAndSecrets(installation)
  await deploy(installation, repository.url)
}
