import type { Edit } from '../kinds/kind.ts'
import { showPointer } from '../plan/diff.ts'
import {
  type Action,
  type Counts,
  counts,
  dataAtRisk,
  hasChanges,
  isWrite,
  type Plan,
  type PlannedChange,
  refusals,
  restarts,
} from '../plan/plan.ts'
import { isMap, pointer, segments } from '../values/json.ts'
import { showPosition } from '../values/position.ts'
import { counted } from './counted.ts'
import { attribution, columns, findingsText, isFingerprint, showValue } from './fieldText.ts'
import { byObject, fieldName, isWhole } from './objectGroups.ts'
import type { Style } from './style.ts'

const SYMBOLS: Partial<Record<Action, string>> = {
  create: '+',
  recover: '+',
  update: '~',
  repair: '~',
  replace: '-/+',
  remove: '-',
  forget: '.',
}
const HEADLINES: Partial<Record<Action, string>> = {
  recover: 'drifted: it is gone, though it was applied',
  repair: 'drifted',
  replace: 'can only be replaced',
  remove: 'no longer declared',
  forget: 'no longer declared: forgotten, not touched',
}

/** The plan as a person reads it: what changes, why, what restarts, what is at risk. The same plan gives the same bytes. */
export function planText(plan: Plan, style: Style): string {
  const shown = plan.changes.filter((change) => isWrite(change.action) || change.action === 'forget')
  const blocks = shown.map((change) => changeText(change, style))
  return [...blocks, ...findingsText(plan.findings, style), ...footer(plan, style)].join('\n')
}

function changeText(change: PlannedChange, style: Style): string {
  const headline = HEADLINES[change.action]
  const head = `${symbol(change.action, style)} ${style.strong(change.address)}${headline === undefined ? '' : style.faint(`  (${headline})`)}`
  const fresh = change.action === 'create' || change.action === 'recover'
  const lines = fresh ? creationLines(change.edits) : editLines(change.edits, style)
  return [`  ${head}`, ...[...(change.impact.notes ?? []), ...lines].map((line) => `      ${line}`), ''].join('\n')
}

/** Everything is new: fields without symbols; keys whose values are hidden are counted, not listed. */
function creationLines(edits: readonly Edit[]): string[] {
  const hidden = new Map<string, number>()
  for (const edit of byObject(edits).own.filter((one) => isFingerprint(one.to)))
    hidden.set(parentOf(edit), (hidden.get(parentOf(edit)) ?? 0) + 1)
  // What is off or empty goes without saying where everything is new.
  const said = edits.filter((edit) => !isFingerprint(edit.to) && edit.to !== false && !isMap(edit.to))
  const { own, objects } = byObject(said)
  const open = own.map((edit) => [showPointer(edit.pointer), showValue(edit.to)] as const)
  const counted = [...hidden].map(([where, count]) => [where, `${count} values, hidden`] as const)
  const made = objects.length === 0 ? [] : [['objects', `${objects.length} objects`] as const]
  return columns([...open, ...counted, ...made].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function editLines(edits: readonly Edit[], style: Style): string[] {
  const { own, objects } = byObject(edits)
  return [...fieldLines(own, style), ...objects.flatMap(([name, of]) => objectLines(name, of, style))]
}

/** What came or went as a whole is one line. */
function objectLines(name: string, edits: readonly Edit[], style: Style): string[] {
  const [first] = edits as [Edit, ...Edit[]]
  if (!isWhole(edits)) return [`${style.changed('~')} ${style.strong(name)}`, ...fieldLines(edits, style).map((line) => `    ${line}`)]
  const what = first.from === undefined ? 'missing' : 'not in the chart'
  return [`${editSymbol(first, style)} ${style.strong(name)}  (${what})  ${style.faint(`# ${why(first)}`)}`]
}

function fieldLines(edits: readonly Edit[], style: Style): string[] {
  const rows = edits.map((edit) => [fieldName(edit.pointer), change(edit)] as const)
  return columns(rows).map((line, i) => {
    const edit = edits[i] as Edit
    return `${editSymbol(edit, style)} ${line}  ${style.faint(`# ${why(edit)}`)}`
  })
}

function change(edit: Edit): string {
  if (isFingerprint(edit.from) || isFingerprint(edit.to)) return hiddenChange(edit)
  if (edit.from === undefined) return showValue(edit.to)
  return edit.to === undefined ? `${showValue(edit.from)} -> (removed)` : `${showValue(edit.from)} -> ${showValue(edit.to)}`
}

function hiddenChange(edit: Edit): string {
  if (edit.from === undefined) return '(missing, value hidden)'
  return edit.to === undefined ? '(removed, value hidden)' : '(changed, values hidden)'
}

/** `declared desired-state.yaml:42:7`, `drifted, kubectl-edit at …`. */
function why(edit: Edit): string {
  const where = edit.origin === undefined ? '' : edit.origin === 'guide' ? ' by the guide' : ` ${showPosition(edit.origin)}`
  const who = edit.by === undefined ? '' : `, ${attribution(edit.by)}`
  if (edit.cause === 'declared') return `declared${where}`
  if (edit.cause === 'drifted') return `drifted${who}`
  if (edit.cause === 'both') return `declared${where} and drifted${who}`
  return `differs from what is declared${where}${who}`
}

function footer(plan: Plan, style: Style): string[] {
  const blocked = plan.changes.filter((change) => change.action === 'blocked').length
  if (blocked > 0 || plan.problems.length > 0) return incomplete(plan, blocked, style)
  if (!hasChanges(plan) && plan.notLookedAt > 0)
    return [`No changes in the ${plan.changes.length} resources of this partial plan.`, partial(plan)]
  if (!hasChanges(plan)) return [`${style.strong('No changes.')} ${asDeclared(plan)}`]
  return [
    style.strong(`Plan: ${countsText(counts(plan))}.`),
    ...(plan.notLookedAt > 0 ? [partial(plan)] : []),
    ...consequences(plan, style),
  ]
}

function declared(plan: Plan): number {
  return plan.changes.filter((change) => change.action !== 'forget').length
}

/** `18 to add, 0 to change, 0 to destroy`. */
export function countsText({ add, change, destroy }: Counts): string {
  return `${add} to add, ${change} to change, ${destroy} to destroy`
}

function asDeclared(plan: Plan): string {
  const accepted = plan.changes.filter((change) => change.action === 'accept').length
  if (accepted === 0) return `All ${declared(plan)} resources are as declared.`
  return `${declared(plan) - accepted} resources are as declared, the drift of ${accepted} is accepted.`
}

function partial(plan: Plan): string {
  return `Partial: ${plan.notLookedAt} resources were not looked at.`
}

function incomplete(plan: Plan, blocked: number, style: Style): string[] {
  const what = blocked === 0 ? '' : ` ${blocked} of ${plan.changes.length} resources are not planned:`
  const names = plan.changes.filter((change) => change.action === 'blocked').map((change) => `  ${style.removed('?')} ${change.address}`)
  return [`${style.removed('This plan is incomplete.')}${what}`, ...names]
}

function consequences(plan: Plan, style: Style): string[] {
  const pods = restarts(plan).map((one) => `${one.workload} (${counted(one.pods, 'pod')})`)
  const risks = dataAtRisk(plan).map((one) => `  ${style.removed('!')} ${one.address}: ${one.what}`)
  const access = plan.changes.flatMap((one) => one.impact.access).map((sentence) => `  ${sentence}`)
  return [
    `Restarts: ${pods.length === 0 ? 'none' : pods.join(', ')}.`,
    ...(access.length === 0 ? [] : ['Access:', ...access]),
    ...(risks.length === 0 ? ['Data at risk: none.'] : [style.removed('Data at risk:'), ...risks]),
    ...refusals(plan).map((one) => `${style.removed('Refused:')} ${one.summary} ${one.remedy}`),
  ]
}

function symbol(action: Action, style: Style): string {
  const text = SYMBOLS[action] ?? ' '
  return text === '+' ? style.added(text) : text === '~' || text === '.' ? style.changed(text) : style.removed(text)
}

function editSymbol(edit: Edit, style: Style): string {
  if (edit.from === undefined) return style.added('+')
  return edit.to === undefined ? style.removed('-') : style.changed('~')
}

function parentOf(edit: Edit): string {
  return showPointer(pointer(...segments(edit.pointer).slice(0, -1)))
}
