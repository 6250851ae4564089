import { setTimeout as sleep } from 'node:timers/promises'
import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import { podsOf } from '../../support/workloads.ts'

type Restart = { workload: string; pods: number; because?: string[] }

/**
 * Plans, as text and as JSON, and applies: what is announced is `restarts`, both say the same, exactly these pods are
 * others afterwards, and the next plan is empty. Answers what the plan said.
 */
export async function applyWithRestarts(
  site: LabInstallation,
  restarts: readonly string[],
  file = site.file,
  ...flags: readonly string[]
): Promise<string> {
  const [plan, told, before] = [await changedPlan(site, file, flags), await toldAsJson(site, file, flags), await podsOf(site)]
  const line = /^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? ''
  const named = line === 'none' ? [] : line.split(/, (?=spacelift-)/)
  expectSame(
    named,
    told.map(({ workload, pods, because }) => `${workload} (${pods} pods${because ? `: ${because.join('; ')}` : ''})`),
  )
  expectSame(
    told.map(({ workload }) => workload),
    restarts,
  )
  expectExit(await site.apply('-f', file, ...flags), 0)
  expectSame(await replacedWorkloads(site, before), restarts)
  await expectEmptyPlan(site, file)
  return `restarts ${line}`
}

export async function changedPlan(site: LabInstallation, file = site.file, flags: readonly string[] = []): Promise<string> {
  return expectExit(await site.plan('-f', file, ...flags), 2).stdout
}

async function toldAsJson(site: LabInstallation, file: string, flags: readonly string[]): Promise<readonly Restart[]> {
  const { stdout } = expectExit(await site.plan('-f', file, ...flags, '-json'), 2)
  const events = stdout.trimEnd().split('\n')
  return (events.map((one) => JSON.parse(one) as { type: string; restarts: Restart[] }).find(({ type }) => type === 'change_summary')
    ?.restarts ?? []) as Restart[]
}

/** The Deployments that are still there and of whose pods none is left. */
export async function replacedWorkloads(site: LabInstallation, before: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  // Those that are on their way out are counted until they are gone.
  await sleep(300)
  const now = await podsOf(site)
  const isGone = ([workload, uids]: readonly [string, readonly string[]]) =>
    now.has(workload) && !uids.some((uid) => now.get(workload)?.includes(uid))
  return [...before]
    .filter(isGone)
    .map(([workload]) => workload)
    .sort()
}

export async function expectEmptyPlan(site: LabInstallation, file = site.file): Promise<string> {
  const { stdout } = expectExit(await site.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}
