import type { DriftReport } from '../plan/drift.ts'
import type { Plan } from '../plan/plan.ts'
import type { ApplyEvent } from '../reconcile/events.ts'
import type { Address } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import type { WatchEvent } from '../watch/watchEvents.ts'

/** How an apply ended. */
export type Applied = {
  readonly plan: Plan
  readonly done: readonly Address[]
  readonly failed: readonly Address[]
  readonly skipped: readonly Address[]
  /** Why what failed failed. */
  readonly problems: readonly Problem[]
}

/**
 * The one way in which a command tells what it finds and does; it knows neither streams nor forms. A reporter for people
 * and one for machines are made by {@link textReporter} and {@link jsonReporter}.
 */
export interface Reporter {
  /** A plan with its findings, and the problems that make it incomplete; `compact`: for people, one line a resource. */
  plan(plan: Plan, form?: { readonly compact?: boolean }): void
  /** What changed behind our back, and the problems that make the look incomplete. */
  drift(report: DriftReport): void
  /** What happens during an apply, as it happens. */
  event(event: ApplyEvent): void
  /** The end of an apply. */
  applied(applied: Applied): void
  /** What a daemon does and finds, and when: nobody stands beside it. */
  watch(event: WatchEvent, at: Date): void
  /** What is wrong. */
  problems(problems: readonly Problem[]): void
  /** A remark besides, a sentence or more; `warn` where something was not done. */
  note(text: string, level?: 'info' | 'warn'): void
}

/** Tells everything to each of them. */
export function all(...reporters: readonly Reporter[]): Reporter {
  const each = (tell: (one: Reporter) => void) => {
    for (const one of reporters) tell(one)
  }
  return {
    plan: (plan, form) => each((one) => one.plan(plan, form)),
    drift: (report) => each((one) => one.drift(report)),
    event: (event) => each((one) => one.event(event)),
    applied: (applied) => each((one) => one.applied(applied)),
    watch: (event, at) => each((one) => one.watch(event, at)),
    problems: (problems) => each((one) => one.problems(problems)),
    note: (text, level) => each((one) => one.note(text, level)),
  }
}
