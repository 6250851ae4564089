import { hasChanges } from '../plan/plan.ts'
import type { ReportingHost } from '../session/host.ts'
import { type CheckedPlan, planWithConsents } from '../session/planWithConsents.ts'
import { openSession } from '../session/session.ts'
import { emptyState } from '../state/state.ts'
import type { ExitCode } from './exitCode.ts'
import { type PlanOptions, planScope, savedFlags } from './planFlags.ts'

export type PlanCommandOptions = PlanOptions & { readonly out?: string; readonly detailedExitcode?: boolean }

/** Prints the difference between the file and the world; writes to no server. */
export async function planCommand(host: ReportingHost, options: PlanCommandOptions): Promise<ExitCode> {
  const { out } = options
  const scope = planScope(options)
  await using session = await openSession(host, scope)
  const state = (await session.store.load()) ?? emptyState('')
  const checked = await planWithConsents(session, state, scope)
  reportPlan(host, checked, options)
  if (checked.problems.length > 0) {
    if (out !== undefined) host.report.problems([notSaved(out)])
    return 1
  }
  if (out !== undefined) {
    const { savePlan } = await import('../session/savedPlanFile.ts')
    await savePlan(host, out, session, state, checked, savedFlags(options))
    host.report.note(`Saved to ${out}. To apply exactly this plan: groundcrew apply ${out}`)
  }
  // A partial plan cannot prove that nothing differs.
  const { plan } = checked.planned
  return options.detailedExitcode && (hasChanges(plan) || plan.uncheckedCount > 0) ? 2 : 0
}

function notSaved(file: string) {
  const remedy = 'Fix the errors above, then run groundcrew plan again.'
  return { code: 'plan/not-saved', summary: `${file} was not written: the plan is incomplete.`, remedy }
}

/** Reports the plan with all its problems. */
export function reportPlan({ report }: ReportingHost, { planned, problems }: CheckedPlan, { compact = false }: PlanOptions): void {
  report.plan({ ...planned.plan, problems }, { compact })
}
