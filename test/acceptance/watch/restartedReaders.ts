import { applyWithRestarts, replacedWorkloads } from '../release/restarts/applyWithRestarts.ts'
import { ManualChanges } from '../release/restarts/manualChanges.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import { podsOf } from '../support/workloads.ts'
import { Watching } from './watching.ts'

const WHY = /spacelift-server[\s\S]*they started while secret\/spacelift\/spacelift-shared held other values/

/** What a daemon does about pods that hold other values: that is drift. */
export async function watchedReaders(report: Report, site: LabInstallation): Promise<void> {
  const hand = new ManualChanges(site)
  for (const policy of ['none', 'declared'])
    await report.line(`watch --policy ${policy} tells it and restarts nothing`, async () => {
      await putBack(hand)
      const before = await podsOf(site)
      await using daemon = await Watching.start(site, '--policy', policy)
      await daemon.says(WHY)
      await daemon.stop()
      expectSame(await replacedWorkloads(site, before), [])
      return applyWithRestarts(site, ['spacelift-server'])
    })
  for (const policy of ['drifted', 'all'])
    await report.line(`watch --policy ${policy} restarts them, once`, async () => {
      await using daemon = await Watching.start(site, '--policy', policy)
      const before = await podsOf(site)
      await daemon.after(
        () => putBack(hand),
        /Apply complete\.[\s\S]*spacelift-server[\s\S]*Apply complete\.|Apply complete\.[\s\S]*no changes/,
      )
      await daemon.says(/no changes/)
      const after = await podsOf(site)
      await daemon.stop()
      expectSame((await replacedWorkloads(site, before)).includes('spacelift-server'), true)
      expectSame(await replacedWorkloads(site, after), [])
      return undefined
    })
}

/** A pod of the server starts while a value of the shared secret is another one. */
async function putBack(hand: ManualChanges): Promise<void> {
  const value = await hand.value('spacelift-shared', 'LICENSE_TYPE')
  await hand.set('spacelift-shared', 'LICENSE_TYPE', 'by hand')
  await hand.moveOnePod('spacelift-server')
  await hand.set('spacelift-shared', 'LICENSE_TYPE', value)
}
