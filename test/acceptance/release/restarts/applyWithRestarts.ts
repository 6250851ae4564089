import { expectExit, expectSame, expectText, type LabInstallation } from '../../support/installation.ts'
import { lastLine } from '../../support/output.ts'
import { podsOf, replacedWorkloads } from '../../support/workloads.ts'

type Restart = { workload: string; pods: number; because?: string[] }

/**
 * Plans, as text and as JSON, and applies: both announce a restart of exactly `workloads`, exactly the pods of these are
 * replaced, and the next plan is empty. Returns the announcement.
 */
export async function applyWithRestarts(
  installation: LabInstallation,
  workloads: readonly string[],
  file = installation.file,
  ...flags: readonly string[]
): Promise<string> {
  const plan = await changedPlan(installation, file, flags)
  const restarts = await restartsInJson(installation, file, flags)
  const before = await podsOf(installation)
  const line = announcement(plan)
  expectSame(
    line === 'none' ? [] : line.split(/, (?=spacelift-)/),
    restarts.map(({ workload, pods, because }) => `${workload} (${pods} pods${because ? `: ${because.join('; ')}` : ''})`),
  )
  expectSame(
    restarts.map(({ workload }) => workload),
    workloads,
  )
  expectExit(await installation.apply('-f', file, ...flags), 0)
  expectSame(await replacedWorkloads(installation, before), workloads)
  await expectEmptyPlan(installation, file)
  return `restarts ${line}`
}

/** The text of a plan that has to have changes. */
export async function changedPlan(installation: LabInstallation, file = installation.file, flags: readonly string[] = []): Promise<string> {
  return expectExit(await installation.plan('-f', file, ...flags), 2).stdout
}

/** What a plan's text says after `Restarts:`. */
export const announcement = (plan: string): string => /^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? ''

/** The workloads whose restart a plan's text announces. */
export const announcedWorkloads = (plan: string): string[] =>
  [...announcement(plan).matchAll(/(spacelift-\S+)/g)].map(([, workload]) => workload ?? '').sort()

async function restartsInJson(installation: LabInstallation, file: string, flags: readonly string[]): Promise<readonly Restart[]> {
  const { stdout } = expectExit(await installation.plan('-f', file, ...flags, '-json'), 2)
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; restarts?: Restart[] })
  return events.find(({ type }) => type === 'change_summary')?.restarts ?? []
}

export async function expectEmptyPlan(installation: LabInstallation, file = installation.file): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return lastLine(stdout)
}
