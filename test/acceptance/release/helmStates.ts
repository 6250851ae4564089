import { podsAreReady, releaseHasGuideValues, releaseIsDeployed } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { podsOf, revision, rolledOut } from '../support/workloads.ts'
import type { HelmState } from './helmStates/state.ts'
import { settledStates } from './helmStates/states.ts'

export const helmStates: Check = {
  name: 'helmStates',
  about: "whatever became of Helm's record of the release: recognised, planned, repaired, the restarts as announced",
  async run(report, isQuick) {
    await using installation = await LabInstallation.applied()
    for (const state of (await settledStates(installation)).filter(({ isSample }) => !isQuick || isSample))
      await repaired(report, installation, state)
  },
}

async function repaired(
  report: Report,
  installation: LabInstallation,
  { name, make, shows, file = installation.file }: HelmState,
): Promise<void> {
  const isFine = await report.line(name, async () => {
    await make(installation)
    await rolledOut(installation)
    const [pods, before] = [await podsOf(installation), await revision(installation).catch(() => 0)]
    const plan = expectExit(await installation.plan('-f', file), 2).stdout
    for (const pattern of shows) expectText(plan, pattern)
    expectExit(await installation.apply('-f', file), 0)
    await rolledOut(installation)
    await releaseIsDeployed(installation)
    await releaseHasGuideValues(installation)
    await podsAreReady(installation)
    expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
    const restarted = await replaced(installation, pods)
    expectSame(restarted, announced(plan))
    return `revision ${before} -> ${await revision(installation)}, ${restarted.length === 0 ? 'no restart' : `restarts ${restarted.join(', ')}`}`
  })
  // The next state is judged by itself.
  if (!isFine) await installation.apply()
}

function announced(plan: string): string[] {
  return [...(/^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? '').matchAll(/(spacelift-\S+)/g)].map(([, workload]) => workload ?? '').sort()
}

/** The Deployments that had pods, and have none of them any more. */
async function replaced(installation: LabInstallation, before: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  const now = await podsOf(installation)
  const gone = [...before].filter(([workload, uids]) => !uids.some((uid) => now.get(workload)?.includes(uid)))
  return gone.map(([workload]) => workload).sort()
}
