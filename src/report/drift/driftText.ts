import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import { type Field, fieldLines, type Layout } from '../format/fieldLines.ts'
import { findingsText } from '../format/fieldText.ts'
import { prose } from '../format/fold.ts'
import { fieldName, groupByObject, isWholeObject } from '../format/groupByObject.ts'
import type { Style } from '../format/style.ts'
import { isFingerprint, shortValue, valueChange } from '../format/valueText.ts'
import { absenceText, remarkOf, sidesOf, verdictOf } from './driftRows.ts'

/** What changed behind our back, as a person reads it. The same report gives the same bytes. */
export function driftText(report: DriftReport, style: Style, width = Number.POSITIVE_INFINITY): string {
  const page = { style, width }
  const [gone, changed] = [report.drifted.filter(isGone), report.drifted.filter((one) => !isGone(one))]
  const blocks = [...changed.map((one) => changedText(one, page)), ...goneText(gone, report, style)]
  return [...blocks, ...findingsText(report.findings, page), ...footer(report, page)].join('\n')
}

function isGone({ is }: DriftedResource): boolean {
  return is === 'gone'
}

function goneText(gone: readonly DriftedResource[], report: DriftReport, style: Style): string[] {
  const why = absenceText(report)
  const line = ({ address, since }: DriftedResource) =>
    `  ${style.removed('-')} ${style.strong(address)}  ${style.faint(`(${why}${since === undefined ? '' : `, since ${since}`})`)}`
  return gone.length === 0 ? [] : [...gone.map(line), '']
}

function changedText({ address, fields, keysUnknown }: DriftedResource, page: Layout): string {
  const { style } = page
  const { own, objects } = groupByObject(fields)
  const lines = [...rows(own, page, INDENT), ...objects.flatMap(([name, of]) => objectLines(name, of, page))]
  const what = fields.length > 0 ? 'other values may have changed as well' : 'it changed since it was applied; which values is not known'
  const unknown = keysUnknown ? [`${style.changed('~')} ${what}: they cannot be compared, because the encryption key was replaced`] : []
  const indented = [...lines, ...unknown].map((line) => `${' '.repeat(INDENT)}${line}`)
  return [`  ${style.changed('~')} ${style.strong(address)}`, ...indented, ''].join('\n')
}

const INDENT = 6

/** What came or went as a whole is one line. */
function objectLines(name: string, fields: readonly DriftedField[], page: Layout): string[] {
  const { style } = page
  const [first] = fields as [DriftedField, ...DriftedField[]]
  if (!isWholeObject(fields))
    return [`${style.changed('~')} ${style.strong(name)}`, ...rows(fields, page, INDENT + 4).map((line) => `    ${line}`)]
  const what = first.applied === undefined ? 'added' : 'deleted'
  return [`${symbolOf(first, style)} ${style.strong(name)}  (${what})  ${style.faint(`# ${remarkOf(first)}`)}`]
}

function rows(fields: readonly DriftedField[], page: Layout, indent: number): string[] {
  return fieldLines(fields.map(row), page, indent)

  function row(field: DriftedField): Field {
    return {
      symbol: symbolOf(field, page.style),
      name: fieldName(field.pointer),
      value: (room) => valueLines(field, room, page.style),
      remark: remarkOf(field),
    }
  }
}

function valueLines(field: DriftedField, room: number, style: Style): readonly string[] {
  const { applied, found, note } = field
  if (isFingerprint(applied) || isFingerprint(found)) {
    if (applied === undefined) return ['(added, value hidden)']
    return [found === undefined ? '(removed, value hidden)' : '(changed, values hidden)']
  }
  if (note !== undefined)
    return [field.class === 'repaired' ? sidesOf(field).found : `${sidesOf(field).applied} -> ${sidesOf(field).found}`]
  if (applied === undefined) return [`(added) ${shortValue(found, room - '(added) '.length)}`]
  return found === undefined ? [`${shortValue(applied, room - ' (removed)'.length)} (removed)`] : valueChange(applied, found, room, style)
}

/** `!` is reported only, `.` is accepted. */
function symbolOf({ applied, found, class: is }: DriftedField, style: Style): string {
  if (is !== 'repaired') return is === 'reported' ? style.changed('!') : style.faint('.')
  if (applied === undefined) return style.added('+')
  return found === undefined ? style.removed('-') : style.changed('~')
}

function footer(report: DriftReport, { style, width }: Layout): string[] {
  const { checked, drifted, unchecked, skipped, lastApply } = report
  const applied = lastApply === undefined ? '' : ` Last applied ${lastApply.at} by ${lastApply.who}.`
  const next = drifted.some(isDrift) ? ' groundcrew plan shows how they will be repaired.' : ''
  const verdict = verdictOf(report)
  const [first = '', ...more] = prose(`${verdict}${applied}${next}`, width)
  return [
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Secret values could not be compared.'] : []),
    ...(checked > 0 ? [first.replace(verdict, style.strong(verdict)), ...more] : []),
    ...listed('Skipped with --skip', skipped, style.faint),
    ...listed(style.removed('Not checked'), unchecked.map(({ address }) => address).sort(), style.removed),
  ]
}

function listed(title: string, names: readonly string[], mark: (text: string) => string): string[] {
  return names.length === 0 ? [] : [`${title}: ${names.length}.`, ...names.map((name) => `  ${mark('?')} ${name}`)]
}
