import type { Restart } from '../../kinds/kind.ts'
import { type Counts, counts, dataAtRisk, hasChanges, type Plan, refusals, restarts } from '../../plan/plan.ts'
import { clampRoom, type Layout } from '../format/fieldLines.ts'
import { pluralize } from '../format/pluralize.ts'
import { wrapSentences, wrapWords } from '../format/wrap.ts'

/** The totals of a plan: how many changes, which pods restart, which data is at risk, what is refused. */
export function planFooter(plan: Plan, layout: Layout): string[] {
  const { style } = layout
  const blocked = plan.changes.filter((change) => change.action === 'blocked').length
  if (blocked > 0 || plan.problems.length > 0) return incompleteLines(plan, blocked, layout)
  if (!hasChanges(plan) && plan.uncheckedCount > 0)
    return [`No changes in the ${plan.changes.length} resources of this partial plan.`, partialText(plan)]
  if (!hasChanges(plan)) return [`${style.strong('No changes.')} ${asDeclared(plan)}`]
  return [
    style.strong(`Plan: ${countsText(counts(plan))}.`),
    ...(plan.uncheckedCount > 0 ? [partialText(plan)] : []),
    ...consequenceLines(plan, layout),
  ]
}

/** `18 to add, 0 to change, 0 to destroy`. */
export function countsText({ add, change, destroy }: Counts): string {
  return `${add} to add, ${change} to change, ${destroy} to destroy`
}

function declaredCount(plan: Plan): number {
  return plan.changes.filter((change) => change.action !== 'forget').length
}

function asDeclared(plan: Plan): string {
  const accepted = plan.changes.filter((change) => change.action === 'accept').length
  if (accepted === 0) return `All ${declaredCount(plan)} resources are as declared.`
  return `${declaredCount(plan) - accepted} resources are as declared; the drift of ${accepted} is accepted.`
}

function partialText(plan: Plan): string {
  return `Partial plan: ${plan.uncheckedCount} resources were not checked.`
}

function incompleteLines(plan: Plan, blocked: number, { style }: Layout): string[] {
  const blockedText = blocked === 0 ? '' : ` ${blocked} of ${plan.changes.length} resources could not be planned:`
  const names = plan.changes.filter((change) => change.action === 'blocked').map((change) => `  ${style.removed('?')} ${change.address}`)
  return [`${style.removed('This plan is incomplete.')}${blockedText}`, ...names]
}

function consequenceLines(plan: Plan, { style, width }: Layout): string[] {
  const risks = dataAtRisk(plan).map((risk) => `  ${style.removed('!')} ${risk.address}: ${risk.what}`)
  const access = plan.changes.flatMap((change) => change.impact.access).map((sentence) => `  ${sentence}`)
  return [
    ...restartLines(restarts(plan), width),
    ...(access.length === 0 ? [] : ['Access:', ...access]),
    ...(risks.length === 0 ? ['Data at risk: none.'] : [style.removed('Data at risk:'), ...risks]),
    ...refusals(plan).flatMap(({ summary, remedy }) => refusalLines(`${summary} ${remedy}`, { style, width })),
  ]
}

function restartLines(restarts: readonly Restart[], width: number): string[] {
  if (restarts.length === 0) return ['Restarts: none.']
  const words = restarts.flatMap((restart, i) => restartWords(restart, i < restarts.length - 1 ? ',' : '.'))
  return wrapWords(['Restarts:', ...words], width - INDENT.length).map((line, i) => (i === 0 ? line : `${INDENT}${line}`))
}

const INDENT = '  '

/** `spacelift-server (3 pods)` is never broken; a reason may be: `(3 pods: they started while secret/… held other values)`. */
function restartWords({ workload, pods, because = [] }: Restart, punctuation: string): string[] {
  const name = `${workload} (${pluralize(pods, 'pod')}`
  return because.length === 0 ? [`${name})${punctuation}`] : [`${name}:`, ...`${because.join('; ')})${punctuation}`.split(' ')]
}

function refusalLines(why: string, { style, width }: Layout): string[] {
  const lines = wrapSentences(why, width === Number.POSITIVE_INFINITY ? width : clampRoom(width - 'Refused: '.length))
  return lines.map((line, i) => (i === 0 ? `${style.removed('Refused:')} ${line}` : `  ${line}`))
}
