import { applyWithRestarts } from '../release/restarts/applyWithRestarts.ts'
import { ManualChanges } from '../release/restarts/manualChanges.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectSame, LabInstallation } from '../support/installation.ts'
import { podsOf, replacedWorkloads } from '../support/workloads.ts'
import { WatchProcess } from './watchProcess.ts'

const test = acceptance('watch with pods that started while their secret held other values: that is drift', () => LabInstallation.applied())
const REASON = /spacelift-server[\s\S]*they started while secret\/spacelift\/spacelift-shared held other values/

for (const policy of ['none', 'declared'])
  test.full(`--policy ${policy} reports them and restarts nothing`, async (installation) => {
    await startPodWithOtherValues(installation)
    const before = await podsOf(installation)
    await using watch = await WatchProcess.start(installation, '--policy', policy)
    await watch.waitFor(REASON)
    await watch.stop()
    expectSame(await replacedWorkloads(installation, before), [])
    return applyWithRestarts(installation, ['spacelift-server'])
  })

for (const policy of ['drifted', 'all'])
  test.full(`--policy ${policy} restarts them, once`, async (installation) => {
    await using watch = await WatchProcess.start(installation, '--policy', policy)
    const before = await podsOf(installation)
    // Otherwise watch can repair the secret before the pod starts.
    const act = () => watch.suspendDuring(() => startPodWithOtherValues(installation))
    await watch.waitAfter(act, /Apply complete\.[\s\S]*no changes/)
    const after = await podsOf(installation)
    await watch.stop()
    expectSame((await replacedWorkloads(installation, before)).includes('spacelift-server'), true)
    expectSame(await replacedWorkloads(installation, after), [])
  })

/** A pod of the server starts while a value of the shared secret is a different one. */
async function startPodWithOtherValues(installation: LabInstallation): Promise<void> {
  const manual = new ManualChanges(installation)
  const value = await manual.value('spacelift-shared', 'LICENSE_TYPE')
  await manual.set('spacelift-shared', 'LICENSE_TYPE', 'by hand')
  await manual.moveOnePod('spacelift-server')
  await manual.set('spacelift-shared', 'LICENSE_TYPE', value)
}

test.run()
