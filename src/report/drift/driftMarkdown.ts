import type { DriftedField, DriftedResource, DriftReport } from '../../plan/drift.ts'
import { showPointer } from '../../values/factKeys.ts'
import type { Problem } from '../../values/problem.ts'
import { truncateMiddle } from '../format/wrap.ts'
import { absenceText, type FieldGroup, groupFields, remarkOf, shortTimes, sidesOf, verdictOf } from './driftRows.ts'

/** More resources than this are folded, so that a comment stays one screen long. */
const MAX_UNFOLDED = 10

/** The report as Markdown for a comment in a merge request or a ticket. */
export function driftMarkdown(report: DriftReport, at: string): string {
  const { drifted, unchecked, skipped, findings, problems, lastApply } = report
  const resources = drifted.flatMap((drift) => resource(drift, absenceText(report)))
  const parts = [
    `### ${escapeMarkdown(verdictOf(report))}`,
    [
      `Checked ${shortTimes(at)}.`,
      ...(lastApply ? [`Last applied ${shortTimes(lastApply.at)} by ${escapeMarkdown(lastApply.who)}.`] : []),
    ].join(' '),
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Secret values could not be compared.'] : []),
    ...(drifted.length > MAX_UNFOLDED
      ? [`<details><summary>${drifted.length} resources</summary>`, ...resources, '</details>']
      : resources),
    ...(problems.length > 0 ? ['**Problems**', problems.map((problem) => `- ${sentence(problem)}`).join('\n')] : []),
    ...(unchecked.length > 0
      ? ['**Not checked**', unchecked.map(({ address, why }) => `- ${code(address)}: ${sentence(why)}`).join('\n')]
      : []),
    ...(findings.length > 0
      ? ['**Warnings**', findings.map((finding) => `- ${code(finding.address)}: ${sentence(finding)}`).join('\n')]
      : []),
    ...(skipped.length > 0 ? [`Skipped with --skip: ${skipped.map(code).join(', ')}.`] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function resource({ address, is, fields, keysUnknown, objects, since }: DriftedResource, absence: string): string[] {
  if (is === 'gone') return [`**${code(address)}**: ${absence}${since === undefined ? '' : `, since ${shortTimes(since)}`}.`]
  const unknown = keysUnknown ? ['Other values may have changed: they cannot be compared, because the encryption key was replaced.'] : []
  return [`**${code(address)}**`, ...groupFields(fields, objects).flatMap(fieldGroup), ...unknown]
}

/** The fields of an object below its name; an object that was added or deleted as a whole is one line. */
function fieldGroup({ object, wholeObject, fields }: FieldGroup): string[] {
  const [first] = fields
  if (object === undefined || first === undefined) return [table(fields)]
  if (wholeObject === undefined) return [code(object), table(fields)]
  return [`${code(object)} ${wholeObject}: ${escapeMarkdown(shortTimes(remarkOf(first)))}`]
}

/** Values are truncated to fit a comment; HTML and JSON have them in full. */
function table(fields: readonly DriftedField[]): string {
  const rows = fields.map((field) => {
    const { applied, found } = sidesOf(field)
    // A field with a note has words of groundcrew's own, which are short.
    const room = field.note === undefined ? MAX_VALUE_COLUMNS : Number.POSITIVE_INFINITY
    const change = `${code(truncateMiddle(applied, room))} → ${code(truncateMiddle(found, room))}`
    return `| ${[code(showPointer(field.pointer)), change, field.class, escapeMarkdown(shortTimes(remarkOf(field)))].join(' | ')} |`
  })
  return ['| field | applied → live | class | |', '|---|---|---|---|', ...rows].join('\n')
}

const MAX_VALUE_COLUMNS = 40

function sentence({ summary, remedy }: Problem): string {
  return escapeMarkdown(`${summary} ${remedy}`)
}

/** In a code span only the backtick is special; the bar of a table has to be escaped even there. */
function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`'
  return `${ticks}${text.replaceAll('|', '\\|').replaceAll('\n', ' ')}${ticks}`
}

function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&').replaceAll('\n', ' ')
}
