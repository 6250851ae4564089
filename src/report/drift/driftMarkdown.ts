import type { DriftedField, DriftedResource, DriftReport } from '../../plan/drift.ts'
import type { Problem } from '../../values/problem.ts'
import { truncateMiddle } from '../format/fold.ts'
import { fieldName } from '../format/groupByObject.ts'
import { absenceText, readable, remarkOf, sidesOf, type Together, together, verdictOf } from './driftRows.ts'

/** More resources than this are folded away, so that a comment stays one screen long. */
const OPEN = 10

/** The report as Markdown, as it fits a merge request's comment or a ticket. */
export function driftMarkdown(report: DriftReport, at: string): string {
  const { drifted, unchecked, skipped, findings, problems, lastApply } = report
  const resources = drifted.flatMap((each) => resource(each, absenceText(report)))
  const parts = [
    `### ${escaped(verdictOf(report))}`,
    [`Checked ${readable(at)}.`, ...(lastApply ? [`Last applied ${readable(lastApply.at)} by ${escaped(lastApply.who)}.`] : [])].join(' '),
    ...(report.comparedWith === 'file' ? ['There is no state: compared with the file. Secret values could not be compared.'] : []),
    ...(drifted.length > OPEN ? [`<details><summary>${drifted.length} resources</summary>`, ...resources, '</details>'] : resources),
    ...(problems.length > 0 ? ['**Problems**', problems.map((one) => `- ${sentence(one)}`).join('\n')] : []),
    ...(unchecked.length > 0
      ? ['**Not checked**', unchecked.map(({ address, why }) => `- ${code(address)}: ${sentence(why)}`).join('\n')]
      : []),
    ...(findings.length > 0 ? ['**Warnings**', findings.map((one) => `- ${code(one.address)}: ${sentence(one)}`).join('\n')] : []),
    ...(skipped.length > 0 ? [`Skipped with --skip: ${skipped.map(code).join(', ')}.`] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function resource({ address, is, fields, keysUnknown, since }: DriftedResource, absence: string): string[] {
  if (is === 'gone') return [`**${code(address)}**: ${absence}${since === undefined ? '' : `, since ${readable(since)}`}.`]
  const unknown = keysUnknown ? ['Other values may have changed: they cannot be compared, because the encryption key was replaced.'] : []
  return [`**${code(address)}**`, ...together(fields).flatMap(part), ...unknown]
}

/** The fields of an object stand under its name; what came or went as a whole is one line. */
function part({ object, whole, fields }: Together): string[] {
  const [first] = fields
  if (object === undefined || first === undefined) return [table(fields)]
  if (whole === undefined) return [code(object), table(fields)]
  return [`${code(object)} ${whole}: ${escaped(readable(remarkOf(first)))}`]
}

/** Narrow enough for a comment, whatever stands in it: the page and the JSON have the whole values. */
function table(fields: readonly DriftedField[]): string {
  const rows = fields.map((field) => {
    const { applied, found } = sidesOf(field)
    // A field with a note has words of groundcrew's own, which are short.
    const room = field.note === undefined ? ROOM : Number.POSITIVE_INFINITY
    const change = `${code(truncateMiddle(applied, room))} → ${code(truncateMiddle(found, room))}`
    return `| ${[code(fieldName(field.pointer)), change, field.class, escaped(readable(remarkOf(field)))].join(' | ')} |`
  })
  return ['| field | applied → live | class | |', '|---|---|---|---|', ...rows].join('\n')
}

const ROOM = 40

function sentence({ summary, remedy }: Problem): string {
  return escaped(`${summary} ${remedy}`)
}

/** In a code span nothing but the backtick means anything; a table's bar has to be escaped even there. */
function code(text: string): string {
  const ticks = text.includes('`') ? '``' : '`'
  return `${ticks}${text.replaceAll('|', '\\|').replaceAll('\n', ' ')}${ticks}`
}

function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|#]/g, '\\$&').replaceAll('\n', ' ')
}
