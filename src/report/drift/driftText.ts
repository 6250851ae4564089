import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import { showPointer } from '../../values/factKeys.ts'
import { isFingerprint } from '../../values/fingerprint.ts'
import { type Field, fieldLines, type Layout } from '../format/fieldLines.ts'
import { findingsText } from '../format/fieldText.ts'
import { groupByObject, type ObjectFields } from '../format/groupByObject.ts'
import type { Style } from '../format/style.ts'
import { shortValue, valueChange } from '../format/valueText.ts'
import { wrapSentences } from '../format/wrap.ts'
import { absenceText, remarkOf, sidesOf, verdictOf } from './driftRows.ts'

/** What changed outside groundcrew, for a terminal. The same report gives the same bytes. */
export function driftText(report: DriftReport, style: Style, width = Number.POSITIVE_INFINITY): string {
  const layout = { style, width }
  const [deleted, changed] = [report.drifted.filter(isDeleted), report.drifted.filter((resource) => !isDeleted(resource))]
  const blocks = [...changed.map((resource) => changedText(resource, layout)), ...deletedLines(deleted, report, style)]
  return [...blocks, ...findingsText(report.findings, layout), ...footer(report, layout)].join('\n')
}

function isDeleted({ is }: DriftedResource): boolean {
  return is === 'gone'
}

function deletedLines(deleted: readonly DriftedResource[], report: DriftReport, style: Style): string[] {
  const absence = absenceText(report)
  const line = ({ address, since }: DriftedResource) =>
    `  ${style.removed('-')} ${style.strong(address)}  ${style.faint(`(${absence}${since === undefined ? '' : `, since ${since}`})`)}`
  return deleted.length === 0 ? [] : [...deleted.map(line), '']
}

function changedText({ address, fields, keysUnknown, objects: groups }: DriftedResource, layout: Layout): string {
  const { style } = layout
  const { own, objects } = groupByObject(fields, groups)
  const lines = [...rows(own, layout, INDENT), ...objects.flatMap((object) => objectLines(object, layout))]
  const hint = fields.length > 0 ? 'other values may have changed as well' : 'it changed since it was applied; which values is not known'
  const unknown = keysUnknown ? [`${style.changed('~')} ${hint}: they cannot be compared, because the encryption key was replaced`] : []
  const indented = [...lines, ...unknown].map((line) => `${' '.repeat(INDENT)}${line}`)
  return [`  ${style.changed('~')} ${style.strong(address)}`, ...indented, ''].join('\n')
}

const INDENT = 6

/** An object that was added or deleted as a whole is one line. */
function objectLines({ name, fields, isWhole }: ObjectFields<DriftedField>, layout: Layout): string[] {
  const { style } = layout
  const [first] = fields as [DriftedField, ...DriftedField[]]
  if (!isWhole) return [`${style.changed('~')} ${style.strong(name)}`, ...rows(fields, layout, INDENT + 4).map((line) => `    ${line}`)]
  const outcome = first.applied === undefined ? 'added' : 'deleted'
  return [`${symbolOf(first, style)} ${style.strong(name)}  (${outcome})  ${style.faint(`# ${remarkOf(first)}`)}`]
}

function rows(fields: readonly DriftedField[], layout: Layout, indent: number): string[] {
  return fieldLines(fields.map(row), layout, indent)

  function row(field: DriftedField): Field {
    return {
      symbol: symbolOf(field, layout.style),
      name: showPointer(field.pointer),
      value: (room) => valueLines(field, room, layout.style),
      remark: remarkOf(field),
    }
  }
}

function valueLines(field: DriftedField, room: number, style: Style): readonly string[] {
  const { applied, live: found, note } = field
  if (isFingerprint(applied) || isFingerprint(found)) {
    if (applied === undefined) return ['(added, value hidden)']
    return [found === undefined ? '(removed, value hidden)' : '(changed, values hidden)']
  }
  if (note !== undefined)
    return [field.class === 'repaired' ? sidesOf(field).found : `${sidesOf(field).applied} -> ${sidesOf(field).found}`]
  if (applied === undefined) return [`(added) ${shortValue(found, room - '(added) '.length)}`]
  return found === undefined ? [`${shortValue(applied, room - ' (removed)'.length)} (removed)`] : valueChange(applied, found, room, style)
}

/** `!` is reported only, `.` is accepted; the others as in a plan. */
function symbolOf({ applied, live: found, class: is }: DriftedField, style: Style): string {
  if (is !== 'repaired') return is === 'reported' ? style.changed('!') : style.faint('.')
  if (applied === undefined) return style.added('+')
  return found === undefined ? style.removed('-') : style.changed('~')
}

function footer(report: DriftReport, { style, width }: Layout): string[] {
  const { checked, drifted, unchecked, skipped, lastApply } = report
  const applied = lastApply === undefined ? '' : ` Last applied ${lastApply.at} by ${lastApply.who}.`
  const next = drifted.some(isDrift) ? ' groundcrew plan shows how they will be repaired.' : ''
  const verdict = verdictOf(report)
  const [first = '', ...more] = wrapSentences(`${verdict}${applied}${next}`, width)
  return [
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Secret values could not be compared.'] : []),
    ...(checked > 0 ? [first.replace(verdict, style.strong(verdict)), ...more] : []),
    ...nameList('Skipped with --skip', skipped, style.faint),
    ...nameList(style.removed('Not checked'), unchecked.map(({ address }) => address).sort(), style.removed),
  ]
}

function nameList(title: string, names: readonly string[], mark: (text: string) => string): string[] {
  return names.length === 0 ? [] : [`${title}: ${names.length}.`, ...names.map((name) => `  ${mark('?')} ${name}`)]
}
