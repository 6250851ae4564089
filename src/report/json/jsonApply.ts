import { counts, type Plan } from '../../plan/plan.ts'
import type { ApplyEvent } from '../../reconcile/events.ts'
import { applyLine } from '../applyText.ts'
import { PLAIN } from '../format/style.ts'
import type { ApplyResult } from '../reporter.ts'
import type { StreamEvent } from './eventSchema.ts'
import { diagnostic, type EventBody, problemOf } from './jsonParts.ts'

type StreamAction = Extract<StreamEvent, { type: 'apply_start' }>['action']

/** A step of an apply as an event of the stream. */
export function applyEvent(event: ApplyEvent): EventBody {
  const message = applyLine(event, PLAIN)
  switch (event.type) {
    case 'apply_start':
    case 'apply_complete':
      return { message, ...event, action: event.action as StreamAction }
    case 'apply_progress':
      return { message, ...event, progress: { ...event.progress } }
    case 'apply_skipped':
      return { level: 'warn', message, ...event }
    case 'apply_errored':
      return { level: 'error', message, ...event, action: event.action as StreamAction, problems: event.problems.map(problemOf) }
  }
}

/** The end of an apply: its problems, and what was done, counted as in the plan. */
export function appliedEvents({ plan, done, failed, skipped, problems }: ApplyResult): EventBody[] {
  const appliedPlan: Plan = { ...plan, changes: plan.changes.filter(({ address }) => done.includes(address)) }
  const { add, change, destroy } = counts(appliedPlan)
  const incomplete = failed.length + skipped.length > 0
  return [
    ...problems.map(diagnostic),
    {
      level: incomplete ? 'error' : 'info',
      message: `Apply ${incomplete ? 'incomplete' : 'complete'}: ${add} added, ${change} changed, ${destroy} destroyed.`,
      type: 'change_summary',
      changes: { add, change, remove: destroy, operation: 'apply' },
      steps: { done: done.length, failed: failed.length, skipped: skipped.length },
      incomplete,
      resources: plan.changes.length,
      notLookedAt: plan.uncheckedCount,
    },
  ]
}
