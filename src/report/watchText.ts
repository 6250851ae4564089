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

/** What a person reads of a daemon's event: a line, or the plan or the problems in full. Undefined for what needs no word. */
export function watchText(event: WatchEvent, style: Style): string | undefined {
  switch (event.type) {
    case 'watch_start':
      return `Watching ${event.file} and the files it names.`
    case 'watch_settings':
      return `Policy ${style.strong(event.policy)}, a look every ${showDuration(event.intervalSeconds)}.`
    case 'watch_triggered':
      return TRIGGERS[event.by]
    case 'watch_plan':
      return isSettled(event.plan) ? settledText(event.plan) : `Seen:\n${planText(event.plan, style)}`
    case 'watch_left_out':
      return leftOutText(event, style)
    case 'watch_problems':
      return `${event.problems.length === 1 ? 'A problem' : `${event.problems.length} problems`}:\n${renderProblems(event.problems, style).trimEnd()}`
    case 'watch_clear':
      return style.added('That is over: everything can be looked at again.')
    case 'watch_applied':
      return appliedText(event, style)
    case 'watch_paused':
      return pausedText(event, style)
    case 'watch_stopping':
      return 'Stopping: no new step is begun.'
    case 'watch_stopped':
      return event.left ? style.removed('Stopped while a step still ran. Apply, or watch, again: it goes on from here.') : 'Stopped.'
    default:
      return applyLine(event, style)
  }
}

const TRIGGERS: { readonly [T in Trigger]?: string } = {
  file: 'The desired state, or a file that it names, was written.',
  signal: 'SIGHUP: everything is read again.',
}

function isSettled(plan: Plan): boolean {
  return !hasChanges(plan) && plan.changes.every(({ action }) => action !== 'forget')
}

function settledText({ changes, findings }: Plan): string {
  const more = findings.length === 0 ? '' : ` Worth knowing besides: ${findings.length}, which groundcrew plan tells.`
  return `${changes.length} resources, no changes.${more}`
}

function leftOutText({ policy, leftOut, command }: WatchEvent & { type: 'watch_left_out' }, style: Style): string {
  const run = `  To apply by hand: ${command}`
  if (policy === 'none') return [`Policy none: ${style.changed('nothing is applied')}.`, run].join('\n')
  const lines = leftOut.map((one) => `  ${one.change.address}: ${reasonText(one)}`)
  return [`${style.changed('Left to a person')}, ${leftOut.length} of the changes:`, ...lines, run].join('\n')
}

function reasonText({ change, why }: Skipped): string {
  switch (why.is) {
    case 'policy':
      return POLICY_REASONS[why.cause]
    case 'action':
      return `nothing is ${change.action === 'remove' ? 'destroyed' : 'replaced'} unattended`
    case 'data-at-risk':
      return `data would be at risk: ${why.what}`
    case 'refused':
      return why.summary
    case 'depends':
      return `it depends on ${why.on}`
  }
}

const POLICY_REASONS: { readonly [C in Cause]: string } = {
  declared: 'the file changed it, and the policy repairs only what drifted',
  drifted: 'it drifted, and the policy applies only what the file changed',
  both: 'the file changed it and it drifted besides, and the policy covers only one of both',
  unexplained: 'nobody remembers how it came to differ, and only policy all covers that',
}

function appliedText({ done, failed, skipped, problems }: WatchEvent & { type: 'watch_applied' }, style: Style): string {
  if (failed.length + skipped.length === 0) return `${style.strong('Apply complete.')} ${pluralize(done.length, 'resource')} changed.`
  const tally = `${done.length} done, ${failed.length} failed, ${skipped.length} skipped.`
  const why = problems.length === 0 ? [] : [renderProblems(problems, style).trimEnd()]
  return [`${style.removed('Apply incomplete:')} ${tally}`, ...why].join('\n')
}

function pausedText({ seconds, again }: WatchEvent & { type: 'watch_paused' }, style: Style): string {
  const why = again.length === 0 ? '' : `Applied, and differs again at once: ${again.join(', ')}. `
  return style.changed(`${why}The next try is in ${seconds} s, or when a file is written.`)
}
