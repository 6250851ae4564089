import { hasChanges, refusals } from '../plan/plan.ts'
import type { SavedPlan } from '../plan/savedPlan.ts'
import type { Planned } from '../reconcile/makePlan.ts'
import type { Host, ReportingHost } from '../session/host.ts'
import { isIncomplete, lockedRun } from '../session/lockedRun.ts'
import type { CheckedPlan } from '../session/planWithConsents.ts'
import { openSession } from '../session/session.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { ExitCode } from './exitCode.ts'
import { lockTimeoutMs } from './globalOptions.ts'
import { reportPlan } from './plan.ts'
import { type PlanFlags, type PlanOptions, planScope, rejectPlanFlags, savedFlags } from './planFlags.ts'

export type ApplyOptions = PlanOptions & { readonly autoApprove?: boolean; readonly lockTimeout: string }

/** Plans, prompts, applies only the changes. 0 only when everything is as planned. */
export async function applyCommand(host: ReportingHost, options: ApplyOptions, planFile?: string): Promise<ExitCode> {
  const timeoutMs = lockTimeoutMs(options)
  if (planFile !== undefined) return applySaved(host, options, planFile, timeoutMs)
  // A prompt would appear in the middle of the stream.
  if (options.json && !options.autoApprove) throw new ProblemError(JSON_NEEDS_APPROVAL)
  return runApply(host, options, undefined, timeoutMs)
}

/** What was approved is the saved plan: it brings its own flags, and nothing prompts again. */
async function applySaved(host: ReportingHost, options: ApplyOptions, planFile: string, timeoutMs: number): Promise<ExitCode> {
  rejectPlanFlags(options)
  const { loadPlan } = await import('../session/savedPlanFile.ts')
  const saved = await loadPlan(host, planFile)
  const flags = savedFlags(saved.options as PlanFlags)
  return runApply(host, { ...options, ...flags, autoApprove: true }, saved, timeoutMs)
}

async function runApply(host: ReportingHost, options: ApplyOptions, saved: SavedPlan | undefined, timeoutMs: number): Promise<ExitCode> {
  const scope = planScope(options)
  await using session = await openSession(host, scope)
  const applied = await lockedRun(host, session, {
    command: 'apply',
    scope,
    lockTimeoutMs: timeoutMs,
    ...(saved && { saved }),
    approve: (checked) => approve(host, checked, options),
    emit: (event) => host.report.event(event),
    report: (result) => host.report.applied(result),
  })
  return applied === undefined || isIncomplete(applied) ? 1 : 0
}

/** Shows the plan; undefined, with the reason, when it must not be carried out. */
async function approve(host: ReportingHost, checked: CheckedPlan, options: ApplyOptions): Promise<Planned | undefined> {
  const { planned, problems } = checked
  reportPlan(host, checked, options)
  if (problems.length > 0) return stop(host, 'Nothing was changed: the plan is incomplete.')
  if (refusals(planned.plan).length > 0) return stop(host, 'Nothing was changed: the plan holds changes that must be allowed first.')
  if (hasChanges(planned.plan) && !(await isApproved(host, options))) return stop(host, 'Nothing was changed.')
  return planned
}

async function isApproved(host: Host, options: ApplyOptions): Promise<boolean> {
  if (options.autoApprove) return true
  if (host.ask === undefined) throw new ProblemError(NO_TERMINAL)
  return (await host.ask("\nApply these changes? Only 'yes' will be accepted: ")).trim() === 'yes'
}

function stop(host: ReportingHost, reason: string): undefined {
  host.report.note(reason, 'warn')
}

const NO_TERMINAL: Problem = {
  code: 'apply/no-terminal',
  summary: 'There is no terminal to prompt for approval.',
  remedy: 'Review the plan, then run groundcrew apply --auto-approve.',
}

const JSON_NEEDS_APPROVAL: Problem = {
  code: 'apply/json-asks-nobody',
  summary: 'With --json, apply does not prompt for approval.',
  remedy:
    'Save a plan, review it and apply exactly that plan: groundcrew plan -out FILE, groundcrew apply --json FILE. Or approve beforehand: --auto-approve.',
}
