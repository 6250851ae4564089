import { showPointer } from '../plan/diff.ts'
import type { DriftedField, DriftedResource, DriftReport } from '../plan/drift.ts'
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
  const lines = rows.map((row, i) => `${fieldSymbol(fields[i] as DriftedField, style)} ${row}  ${style.faint(`# ${writer(fields[i])}`)}`)
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

function fieldSymbol({ applied, found }: DriftedField, style: Style): string {
  if (applied === undefined) return style.added('+')
  return found === undefined ? style.removed('-') : style.changed('~')
}

function writer(field: DriftedField | undefined): string {
  return field?.by === undefined ? 'the server does not say by whom' : `by ${attribution(field.by)}`
}

function footer(report: DriftReport, style: Style): string[] {
  const { checked, drifted, unchecked, skipped, lastApply } = report
  const against = report.comparedWith === 'state' ? 'as applied' : 'as declared'
  const applied = lastApply === undefined ? '' : ` Last applied ${lastApply.at} by ${lastApply.who}.`
  const verdict =
    drifted.length > 0
      ? `${style.strong(`Drift: ${drifted.length} of ${checked} resources are not ${against}.`)}${applied} groundcrew plan shows what would repair them.`
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
