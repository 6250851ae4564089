import { acceptance } from '../support/acceptance.ts'
import { podsAreReady, releaseHasGuideValues, releaseIsDeployed } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { podsOf, releaseRevision, replacedWorkloads, waitForRollouts } from '../support/workloads.ts'
import type { HelmState } from './helmStates/helmState.ts'
import { manualStates } from './helmStates/manual.ts'
import { pendingStates } from './helmStates/pending.ts'
import { announcedWorkloads } from './restarts/applyWithRestarts.ts'

const suite = acceptance(
  "a release that was changed outside groundcrew: Helm's record is recognized, planned and repaired, restarts are as announced",
  () => LabInstallation.applied(),
)

for (const state of [...manualStates, ...pendingStates]) {
  const test = state.isQuick ? suite : suite.full
  test(state.name, async (installation) => {
    try {
      return await repaired(installation, state)
    } catch (error) {
      // The next state has to start from a healthy release.
      await installation.apply()
      throw error
    }
  })
}

suite.run()

async function repaired(installation: LabInstallation, { create, plan: lines, edit }: HelmState): Promise<string> {
  const file = edit === undefined ? installation.file : await installation.withEdits('edited', edit)
  await create(installation, file)
  await waitForRollouts(installation)
  const [pods, before] = [await podsOf(installation), await releaseRevision(installation).catch(() => 0)]
  const plan = expectExit(await installation.plan('-f', file), 2).stdout
  for (const line of lines) expectText(plan, line)
  expectExit(await installation.apply('-f', file), 0)
  await waitForRollouts(installation)
  await releaseIsDeployed(installation)
  await releaseHasGuideValues(installation)
  await podsAreReady(installation)
  expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
  const restarted = await replacedWorkloads(installation, pods, { countDeleted: true })
  expectSame(restarted, announcedWorkloads(plan))
  const restarts = restarted.length === 0 ? 'no restart' : `restarts ${restarted.join(', ')}`
  return `revision ${before} -> ${await releaseRevision(installation)}, ${restarts}`
}
