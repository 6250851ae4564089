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
    await using site = await LabInstallation.applied()
    for (const state of (await settledStates(site)).filter(({ isSample }) => !isQuick || isSample)) await repaired(report, site, state)
  },
}

async function repaired(report: Report, site: LabInstallation, { name, make, shows, file = site.file }: HelmState): Promise<void> {
  const isFine = await report.line(name, async () => {
    await make(site)
    await rolledOut(site)
    const [pods, before] = [await podsOf(site), await revision(site).catch(() => 0)]
    const plan = expectExit(await site.plan('-f', file), 2).stdout
    for (const pattern of shows) expectText(plan, pattern)
    expectExit(await site.apply('-f', file), 0)
    await rolledOut(site)
    await releaseIsDeployed(site)
    await releaseHasGuideValues(site)
    await podsAreReady(site)
    expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
    const restarted = await replaced(site, pods)
    expectSame(restarted, announced(plan))
    return `revision ${before} -> ${await revision(site)}, ${restarted.length === 0 ? 'no restart' : `restarts ${restarted.join(', ')}`}`
  })
  // The next state is judged by itself.
  if (!isFine) await site.apply()
}

function announced(plan: string): string[] {
  return [...(/^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? '').matchAll(/(spacelift-\S+)/g)].map(([, workload]) => workload ?? '').sort()
}

/** The Deployments that had pods, and have none of them any more. */
async function replaced(site: LabInstallation, before: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  const now = await podsOf(site)
  const gone = [...before].filter(([workload, uids]) => !uids.some((uid) => now.get(workload)?.includes(uid)))
  return gone.map(([workload]) => workload).sort()
}
