import { counts, type Plan } from '../../plan/plan.ts'
import type { ApplyEvent } from '../../reconcile/events.ts'
import { applyLine } from '../applyText.ts'
import { PLAIN } from '../format/style.ts'
import type { Applied } from '../reporter.ts'
import type { StreamEvent } from './eventSchema.ts'
import { type Body, diagnostic, problemOf } from './jsonParts.ts'

type Told = Extract<StreamEvent, { type: 'apply_start' }>['action']

/** What happens during an apply as an event of the stream. */
export function applyEvent(event: ApplyEvent): Body {
  const message = applyLine(event, PLAIN)
  switch (event.type) {
    case 'apply_start':
    case 'apply_complete':
      return { message, ...event, action: event.action as Told }
    case 'apply_progress':
      return { message, ...event, progress: { ...event.progress } }
    case 'apply_skipped':
      return { level: 'warn', message, ...event }
    case 'apply_errored':
      return { level: 'error', message, ...event, action: event.action as Told, problems: event.problems.map(problemOf) }
  }
}

/** The end of an apply: why it did not do all, and what was done, counted as the plan counts. */
export function appliedEvents({ plan, done, failed, skipped, problems }: Applied): Body[] {
  const carriedOut: Plan = { ...plan, changes: plan.changes.filter(({ address }) => done.includes(address)) }
  const { add, change, destroy } = counts(carriedOut)
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
      notLookedAt: plan.notLookedAt,
    },
  ]
}
