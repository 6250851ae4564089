import type { Cause } from '../kinds/kind.ts'
import { hasChanges, type Plan } from '../plan/plan.ts'
import type { Skipped } from '../plan/policy.ts'
import { showDuration } from '../values/duration.ts'
import type { Trigger, WatchEvent } from '../watch/watchEvents.ts'
import { applyLine } from './applyText.ts'
import { pluralize } from './format/pluralize.ts'
import type { Style } from './format/style.ts'
import { planText } from './plan/planText.ts'
import { renderProblems } from './problemText.ts'

/** A daemon's event as text: a line, or the plan or the problems in full. Undefined for events that are not printed. */
export function watchText(event: WatchEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'watch_start':
      return `Watching ${event.file} and the files it references.`
    case 'watch_settings':
      return `Policy ${style.strong(event.policy)}, checks every ${showDuration(event.intervalSeconds)}.`
    case 'watch_triggered':
      return TRIGGERS[event.by]
    case 'watch_plan':
      return isSettled(event.plan) ? settledText(event.plan) : `Planned changes:\n${planText(event.plan, style)}`
    case 'watch_left_out':
      return leftOutText(event, style)
    case 'watch_problems':
      return `${event.problems.length === 1 ? '' : 'Errors:\n'}${renderProblems(event.problems, style).trimEnd()}`
    case 'watch_clear':
      return style.added('Recovered: everything can be read again.')
    case 'watch_applied':
      return appliedText(event, style)
    case 'watch_paused':
      return pausedText(event, style)
    case 'watch_stopping':
      return 'Stopping: no further step is started.'
    case 'watch_stopped':
      return event.abandonedStep
        ? style.removed('Stopped while a step was running. Run groundcrew apply or watch again to continue.')
        : 'Stopped.'
    default:
      return applyLine(event, style)
  }
}

const TRIGGERS: { readonly [T in Trigger]?: string } = {
  file: 'The desired state, or a file that it references, was written.',
  signal: 'SIGHUP received: reading everything again.',
}

function isSettled(plan: Plan): boolean {
  return !hasChanges(plan) && plan.changes.every(({ action }) => action !== 'forget')
}

function settledText({ changes, findings }: Plan): string {
  const warnings = findings.length === 0 ? '' : ` ${pluralize(findings.length, 'warning')}: run groundcrew plan.`
  return `${changes.length} resources, no changes.${warnings}`
}

function leftOutText({ policy, leftOut, command }: WatchEvent & { type: 'watch_left_out' }, style: Style): string {
  const advice = `  To apply: ${command}`
  if (policy === 'none') return [`Policy none: ${style.changed('nothing is applied')}.`, advice].join('\n')
  const lines = leftOut.map((skipped) => `  ${skipped.change.address}: ${reasonText(skipped)}`)
  return [`${style.changed('Needs approval')}: ${pluralize(leftOut.length, 'change')}.`, ...lines, advice].join('\n')
}

function reasonText({ change, why: reason }: Skipped): string {
  switch (reason.is) {
    case 'policy':
      return POLICY_REASONS[reason.cause]
    case 'action':
      return `resources are never ${change.action === 'remove' ? 'destroyed' : 'replaced'} automatically`
    case 'data-at-risk':
      return `it puts data at risk: ${reason.what}`
    case 'refused':
      return reason.summary
    case 'depends':
      return `it depends on ${reason.on}`
  }
}

const POLICY_REASONS: { readonly [C in Cause]: string } = {
  declared: 'the file changed; policy drifted only repairs drift',
  drifted: 'it drifted; policy declared only applies changes of the file',
  both: 'the file changed and it drifted; only policy all applies both',
  unexplained: 'the cause is unknown; only policy all applies such changes',
}

function appliedText({ done, failed, skipped, problems }: WatchEvent & { type: 'watch_applied' }, style: Style): string {
  if (failed.length + skipped.length === 0) return `${style.strong('Apply complete.')} ${pluralize(done.length, 'resource')} changed.`
  const tally = `${done.length} done, ${failed.length} failed, ${skipped.length} skipped.`
  const errors = problems.length === 0 ? [] : [renderProblems(problems, style).trimEnd()]
  return [`${style.removed('Apply incomplete:')} ${tally}`, ...errors].join('\n')
}

function pausedText({ seconds, again }: WatchEvent & { type: 'watch_paused' }, style: Style): string {
  const cause = again.length === 0 ? '' : `Differs again right after it was applied: ${again.join(', ')}. `
  return style.changed(`${cause}Next attempt in ${seconds} s, or when a file is written.`)
}
