import type { DriftReport } from '../plan/drift.ts'
import type { Plan } from '../plan/plan.ts'
import type { ApplyEvent } from '../reconcile/events.ts'
import type { Address } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import type { WatchEvent } from '../watch/watchEvents.ts'

/** The result of an apply. */
export type ApplyResult = {
  readonly plan: Plan
  readonly done: readonly Address[]
  readonly failed: readonly Address[]
  readonly skipped: readonly Address[]
  /** The causes of the failures. */
  readonly problems: readonly Problem[]
}

/**
 * What commands report to, independent of streams and formats. {@link textReporter} prints for people,
 * {@link jsonReporter} for programs.
 */
export interface Reporter {
  /** A plan with its findings, and the problems that make it incomplete; `compact`: one line per resource, in text only. */
  plan(plan: Plan, form?: { readonly compact?: boolean }): void
  /** What changed outside groundcrew, and the problems that make the check incomplete. */
  drift(report: DriftReport): void
  /** A step of an apply, as it happens. */
  event(event: ApplyEvent): void
  /** The end of an apply. */
  applied(applied: ApplyResult): void
  /** An event of the daemon, with its time: a log is read later. */
  watch(event: WatchEvent, at: Date): void
  /** Errors that belong to no plan or apply. */
  problems(problems: readonly Problem[]): void
  /** Additional information, one or more sentences; `warn` if something was not done. */
  note(text: string, level?: 'info' | 'warn'): void
}

/** Reports everything to each of them. */
export function combineReporters(...reporters: readonly Reporter[]): Reporter {
  const forEach = (report: (reporter: Reporter) => void) => {
    for (const reporter of reporters) report(reporter)
  }
  return {
    plan: (plan, form) => forEach((reporter) => reporter.plan(plan, form)),
    drift: (report) => forEach((reporter) => reporter.drift(report)),
    event: (event) => forEach((reporter) => reporter.event(event)),
    applied: (applied) => forEach((reporter) => reporter.applied(applied)),
    watch: (event, at) => forEach((reporter) => reporter.watch(event, at)),
    problems: (problems) => forEach((reporter) => reporter.problems(problems)),
    note: (text, level) => forEach((reporter) => reporter.note(text, level)),
  }
}
