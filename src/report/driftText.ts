import { showPointer } from '../plan/diff.ts'
import { counts, type DriftedField, type DriftedResource, type DriftReport } from '../plan/drift.ts'
import { attribution, columns, findingsText, isFingerprint, showValue } from './fieldText.ts'
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
  const why = style.faint(comparedWith === 'state' ? '(gone)' : '(not there)')
  return gone.length === 0 ? [] : [...gone.map(({ address }) => `  ${style.removed('-')} ${style.strong(address)}  ${why}`), '']
}

function changedText({ address, fields, keysUnknown }: DriftedResource, style: Style): string {
  const rows = columns(fields.map((field) => [showPointer(field.pointer), valueText(field)] as const))
  const lines = rows.map((row, i) => fieldLine(fields[i] as DriftedField, row, style))
  const what = fields.length > 0 ? 'other values may have changed as well' : 'it changed since it was applied, which values is not known'
  const unknown = keysUnknown ? [`${style.changed('~')} ${what}: the encryption key that compares them is another one`] : []
  return [`  ${style.changed('~')} ${style.strong(address)}`, ...[...lines, ...unknown].map((line) => `      ${line}`), ''].join('\n')
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
  return `${fieldSymbol(field, style)} ${row}  ${style.faint(`# ${remark(field)}`)}`
}

/** `!` is reported only, `.` is accepted. */
function fieldSymbol({ applied, found, class: is }: DriftedField, style: Style): string {
  if (is !== 'repaired') return is === 'reported' ? style.changed('!') : style.faint('.')
  if (applied === undefined) return style.added('+')
  return found === undefined ? style.removed('-') : style.changed('~')
}

function remark({ by, acceptance, note }: DriftedField): string {
  if (acceptance !== undefined) return `accepted until ${acceptance.until}: ${acceptance.reason}`
  if (note !== undefined) return `reported only. ${note}`
  return by === undefined ? 'the server does not say by whom' : `by ${attribution(by)}`
}

function footer(report: DriftReport, style: Style): string[] {
  const { checked, drifted, unchecked, skipped, lastApply } = report
  const against = report.comparedWith === 'state' ? 'as applied' : 'as declared'
  const applied = lastApply === undefined ? '' : ` Last applied ${lastApply.at} by ${lastApply.who}.`
  const counted = drifted.filter(counts).length
  const verdict =
    counted > 0
      ? `${style.strong(`Drift: ${counted} of ${checked} resources are not ${against}.`)}${applied} groundcrew plan shows what would repair them.`
      : drifted.length > 0
        ? `${style.strong('No drift but what is accepted.')}${applied}`
        : `${style.strong(report.comparedWith === 'state' ? 'No drift.' : 'No differences.')} ${all(report)} ${against}.${applied}`
  return [
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Values of secrets could not be compared.'] : []),
    ...(checked > 0 ? [verdict] : []),
    ...listed('Left out by choice', skipped, style.faint),
    ...listed(style.removed('Not checked'), unchecked.map(({ address }) => address).sort(), style.removed),
  ]
}

function all({ checked, unchecked, skipped }: DriftReport): string {
  return unchecked.length + skipped.length === 0 ? `All ${checked} resources are` : `The ${checked} resources that were checked are`
}

function listed(title: string, names: readonly string[], mark: (text: string) => string): string[] {
  return names.length === 0 ? [] : [`${title}: ${names.length}.`, ...names.map((name) => `  ${mark('?')} ${name}`)]
}
