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
  await using site = await LabInstallation.open()
  await guideMade(site)
  const hand = new ManualChanges(site)
  await report.line('made by hand: adopted without a restart, also with a pod that moved meanwhile', async () => {
    await hand.moveOnePod('spacelift-server')
    const before = await podsOf(site)
    expectExit(await site.apply(), 0)
    expectSame(await replacedWorkloads(site, before), [])
    return expectEmptyPlan(site)
  })
  await report.line('not tracked yet, changed and put back by hand: restarted for its pods’ sake', async () => {
    const value = await hand.value('spacelift-shared', 'LICENSE_TYPE')
    await hand.set('spacelift-shared', 'LICENSE_TYPE', 'by hand')
    await hand.moveOnePod('spacelift-scheduler')
    await hand.set('spacelift-shared', 'LICENSE_TYPE', value)
    expectText(await changedPlan(site), 'release/spacelift/spacelift  (drifted)')
    return applyWithRestarts(site, ['spacelift-scheduler'])
  })
  await report.line('not tracked yet, killed between the change and the restart: the next apply restarts', async () => {
    await writeFile(join(site.folder, 'admin-password'), 'another password\n')
    await killedAt(site, 'after:3')
    return applyWithRestarts(site, ['spacelift-server'])
  })
  await report.line('apply --track restarts what is left, and then nothing is', async () => {
    const said = await applyWithRestarts(site, ['spacelift-drain'], site.file, '--track')
    expectText(expectExit(await site.plan('--track'), 0).stdout, 'No changes.')
    return said
  })
}

async function guideMade(site: LabInstallation): Promise<void> {
  await using repository = await ChartRepository.open(site)
  await repository.publish(join(site.folder, 'chart'))
  await pushImages(site)
  await makeBuckets(site, 'mc commands')
  await applyNamespaceAndSecrets(site)
  await deploy(site, repository.url)
}
