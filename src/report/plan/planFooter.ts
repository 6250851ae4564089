import type { Restart } from '../../kinds/kind.ts'
import { type Counts, counts, dataAtRisk, hasChanges, type Plan, refusals, restarts } from '../../plan/plan.ts'
import { type Layout, roomIn } from '../format/fieldLines.ts'
import { prose, wrapped } from '../format/fold.ts'
import { pluralize } from '../format/pluralize.ts'

/** What a plan comes to: how much changes, which pods restart, which data is at risk, what is refused. */
export function planFooter(plan: Plan, page: Layout): string[] {
  const { style } = page
  const blocked = plan.changes.filter((change) => change.action === 'blocked').length
  if (blocked > 0 || plan.problems.length > 0) return incomplete(plan, blocked, page)
  if (!hasChanges(plan) && plan.notLookedAt > 0)
    return [`No changes in the ${plan.changes.length} resources of this partial plan.`, partial(plan)]
  if (!hasChanges(plan)) return [`${style.strong('No changes.')} ${asDeclared(plan)}`]
  return [style.strong(`Plan: ${countsText(counts(plan))}.`), ...(plan.notLookedAt > 0 ? [partial(plan)] : []), ...consequences(plan, page)]
}

/** `18 to add, 0 to change, 0 to destroy`. */
export function countsText({ add, change, destroy }: Counts): string {
  return `${add} to add, ${change} to change, ${destroy} to destroy`
}

function declared(plan: Plan): number {
  return plan.changes.filter((change) => change.action !== 'forget').length
}

function asDeclared(plan: Plan): string {
  const accepted = plan.changes.filter((change) => change.action === 'accept').length
  if (accepted === 0) return `All ${declared(plan)} resources are as declared.`
  return `${declared(plan) - accepted} resources are as declared; the drift of ${accepted} is accepted.`
}

function partial(plan: Plan): string {
  return `Partial plan: ${plan.notLookedAt} resources were not checked.`
}

function incomplete(plan: Plan, blocked: number, { style }: Layout): string[] {
  const what = blocked === 0 ? '' : ` ${blocked} of ${plan.changes.length} resources could not be planned:`
  const names = plan.changes.filter((change) => change.action === 'blocked').map((change) => `  ${style.removed('?')} ${change.address}`)
  return [`${style.removed('This plan is incomplete.')}${what}`, ...names]
}

function consequences(plan: Plan, { style, width }: Layout): string[] {
  const said = restartLines(restarts(plan), width)
  const risks = dataAtRisk(plan).map((one) => `  ${style.removed('!')} ${one.address}: ${one.what}`)
  const access = plan.changes.flatMap((one) => one.impact.access).map((sentence) => `  ${sentence}`)
  return [
    ...said,
    ...(access.length === 0 ? [] : ['Access:', ...access]),
    ...(risks.length === 0 ? ['Data at risk: none.'] : [style.removed('Data at risk:'), ...risks]),
    ...refusals(plan).flatMap((one) => refused(`${one.summary} ${one.remedy}`, { style, width })),
  ]
}

function restartLines(all: readonly Restart[], width: number): string[] {
  if (all.length === 0) return ['Restarts: none.']
  const words = all.flatMap((one, i) => restartWords(one, i < all.length - 1 ? ',' : '.'))
  return wrapped(['Restarts:', ...words], width - INDENT.length).map((line, i) => (i === 0 ? line : `${INDENT}${line}`))
}

const INDENT = '  '

/** `spacelift-server (3 pods)` is never torn; a reason may be: `(3 pods: they started while secret/… held other values)`. */
function restartWords({ workload, pods, because = [] }: Restart, sign: string): string[] {
  const name = `${workload} (${pluralize(pods, 'pod')}`
  return because.length === 0 ? [`${name})${sign}`] : [`${name}:`, ...`${because.join('; ')})${sign}`.split(' ')]
}

function refused(why: string, { style, width }: Layout): string[] {
  const lines = prose(why, width === Number.POSITIVE_INFINITY ? width : roomIn(width - 'Refused: '.length))
  return lines.map((line, i) => (i === 0 ? `${style.removed('Refused:')} ${line}` : `  ${line}`))
}
