import { setTimeout as sleep } from 'node:timers/promises'
import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import { podsOf } from '../../support/workloads.ts'

type Restart = { workload: string; pods: number; because?: string[] }

/**
 * Plans, as text and as JSON, and applies: what is announced is `restarts`, both say the same, exactly these pods are
 * others afterwards, and the next plan is empty. Answers what the plan said.
 */
export async function applyWithRestarts(
  installation: LabInstallation,
  restarts: readonly string[],
  file = installation.file,
  ...flags: readonly string[]
): Promise<string> {
  const [plan, told, before] = [
    await changedPlan(installation, file, flags),
    await toldAsJson(installation, file, flags),
    await podsOf(installation),
  ]
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
  expectExit(await installation.apply('-f', file, ...flags), 0)
  expectSame(await replacedWorkloads(installation, before), restarts)
  await expectEmptyPlan(installation, file)
  return `restarts ${line}`
}

export async function changedPlan(installation: LabInstallation, file = installation.file, flags: readonly string[] = []): Promise<string> {
  return expectExit(await installation.plan('-f', file, ...flags), 2).stdout
}

async function toldAsJson(installation: LabInstallation, file: string, flags: readonly string[]): Promise<readonly Restart[]> {
  const { stdout } = expectExit(await installation.plan('-f', file, ...flags, '-json'), 2)
  const events = stdout.trimEnd().split('\n')
  return (events.map((one) => JSON.parse(one) as { type: string; restarts: Restart[] }).find(({ type }) => type === 'change_summary')
    ?.restarts ?? []) as Restart[]
}

/** The Deployments that are still there and of whose pods none is left. */
export async function replacedWorkloads(installation: LabInstallation, before: ReadonlyMap<string, readonly string[]>): Promise<string[]> {
  // Those that are on their way out are counted until they are gone.
  await sleep(300)
  const now = await podsOf(installation)
  const isGone = ([workload, uids]: readonly [string, readonly string[]]) =>
    now.has(workload) && !uids.some((uid) => now.get(workload)?.includes(uid))
  return [...before]
    .filter(isGone)
    .map(([workload]) => workload)
    .sort()
}

export async function expectEmptyPlan(installation: LabInstallation, file = installation.file): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}
