import { hasChanges } from '../plan/plan.ts'
import type { ExitCode, ReportingHost } from '../session/host.ts'
import { type Looked, type PlanScope, planWithConsents } from '../session/planWithConsents.ts'
import { openSession } from '../session/session.ts'
import { emptyState } from '../state/state.ts'
import type { Problem } from '../values/problem.ts'

export type PlanOptions = PlanScope & {
  readonly out?: string
  /** One line a resource. */
  readonly compact?: boolean
  readonly detailedExitcode?: boolean
}

/** Prints the difference between the file and the world; writes nothing anywhere. */
export async function planCommand(host: ReportingHost, options: PlanOptions): Promise<ExitCode> {
  await using session = await openSession(host, options)
  const state = (await session.store.load()) ?? emptyState('')
  const looked = await planWithConsents(session, state, options)
  showPlan(host, looked, options)
  if (looked.problems.length > 0) {
    if (options.out !== undefined) host.report.problems([notSaved(options.out)])
    return 1
  }
  if (options.out !== undefined) {
    const { savePlan } = await import('../session/savedPlanFile.ts')
    await savePlan(host, options.out, session, state, looked, options)
    host.report.note(`Saved to ${options.out}. To apply exactly this: groundcrew apply ${options.out}`)
  }
  // A partial plan cannot say that nothing differs.
  const differs = hasChanges(looked.planned.plan) || looked.planned.plan.notLookedAt > 0
  return options.detailedExitcode && differs ? 2 : 0
}

function notSaved(file: string): Problem {
  const remedy = 'Fix the errors above, then run groundcrew plan again.'
  return { code: 'plan/not-saved', summary: `${file} was not written: the plan is incomplete.`, remedy }
}

/** Tells the plan with all its problems. */
export function showPlan({ report }: ReportingHost, { planned, problems }: Looked, { compact = false }: PlanOptions): void {
  report.plan({ ...planned.plan, problems }, { compact })
}
