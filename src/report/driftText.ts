import { counts, type DriftedField, type DriftedResource, type DriftReport } from '../plan/drift.ts'
import { remarkOf, verdictOf } from './driftRows.ts'
import { columns, findingsText, isFingerprint, showValue } from './fieldText.ts'
import { byObject, fieldName, isWhole } from './objectGroups.ts'
import type { Style } from './style.ts'

/** What changed behind our back, as a person reads it. The same report gives the same bytes. */
export function driftText(report: DriftReport, style: Style): string {
  const [gone, changed] = [report.drifted.filter(isGone), report.drifted.filter((one) => !isGone(one))]
  const blocks = [...changed.map((one) => changedText(one, style)), ...goneText(gone, report, style)]
  return [...blocks, ...findingsText(report.findings, style), ...footer(report, style)].join('\n')
}

function isGone({ is }: DriftedResource): boolean {
  return is === 'gone'
}

function goneText(gone: readonly DriftedResource[], { comparedWith }: DriftReport, style: Style): string[] {
  const why = comparedWith === 'state' ? 'gone' : 'not there'
  const line = ({ address, since }: DriftedResource) =>
    `  ${style.removed('-')} ${style.strong(address)}  ${style.faint(`(${why}${since === undefined ? '' : ` since ${since}`})`)}`
  return gone.length === 0 ? [] : [...gone.map(line), '']
}

function changedText({ address, fields, keysUnknown }: DriftedResource, style: Style): string {
  const { own, objects } = byObject(fields)
  const lines = [...fieldLines(own, style), ...objects.flatMap(([name, of]) => objectLines(name, of, style))]
  const what = fields.length > 0 ? 'other values may have changed as well' : 'it changed since it was applied, which values is not known'
  const unknown = keysUnknown ? [`${style.changed('~')} ${what}: the encryption key that compares them is another one`] : []
  return [`  ${style.changed('~')} ${style.strong(address)}`, ...[...lines, ...unknown].map((line) => `      ${line}`), ''].join('\n')
}

/** What came or went as a whole is one line. */
function objectLines(name: string, fields: readonly DriftedField[], style: Style): string[] {
  const [first] = fields as [DriftedField, ...DriftedField[]]
  if (!isWhole(fields)) return [`${style.changed('~')} ${style.strong(name)}`, ...fieldLines(fields, style).map((line) => `    ${line}`)]
  return [fieldLine(first, `${style.strong(name)}  (${first.applied === undefined ? 'added' : 'gone'})`, style)]
}

function fieldLines(fields: readonly DriftedField[], style: Style): string[] {
  const rows = columns(fields.map((field) => [fieldName(field.pointer), valueText(field)] as const))
  return rows.map((row, i) => fieldLine(fields[i] as DriftedField, row, style))
}

function valueText({ applied, found }: DriftedField): string {
  if (isFingerprint(applied) || isFingerprint(found)) {
    if (applied === undefined) return '(added, value hidden)'
    return found === undefined ? '(removed, value hidden)' : '(changed, values hidden)'
  }
  if (applied === undefined) return `(added) ${showValue(found)}`
  return found === undefined ? `${showValue(applied)} (removed)` : `${showValue(applied)} -> ${showValue(found)}`
}

function fieldLine(field: DriftedField, row: string, style: Style): string {
  return `${fieldSymbol(field, style)} ${row}  ${style.faint(`# ${remarkOf(field)}`)}`
}

/** `!` is reported only, `.` is accepted. */
function fieldSymbol({ applied, found, class: is }: DriftedField, style: Style): string {
  if (is !== 'repaired') return is === 'reported' ? style.changed('!') : style.faint('.')
  if (applied === undefined) return style.added('+')
  return found === undefined ? style.removed('-') : style.changed('~')
}

function footer(report: DriftReport, style: Style): string[] {
  const { checked, drifted, unchecked, skipped, lastApply } = report
  const applied = lastApply === undefined ? '' : ` Last applied ${lastApply.at} by ${lastApply.who}.`
  const next = drifted.some(counts) ? ' groundcrew plan shows what would repair them.' : ''
  return [
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Values of secrets could not be compared.'] : []),
    ...(checked > 0 ? [`${style.strong(verdictOf(report))}${applied}${next}`] : []),
    ...listed('Left out by choice', skipped, style.faint),
    ...listed(style.removed('Not checked'), unchecked.map(({ address }) => address).sort(), style.removed),
  ]
}

function listed(title: string, names: readonly string[], mark: (text: string) => string): string[] {
  return names.length === 0 ? [] : [`${title}: ${names.length}.`, ...names.map((name) => `  ${mark('?')} ${name}`)]
}
