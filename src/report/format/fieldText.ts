import type { Attribution, Finding } from '../../kinds/kind.ts'
import { clampRoom, type Layout } from './fieldLines.ts'
import { wrapList, wrapSentences } from './wrap.ts'

/** `kubectl-edit at 2026-11-24T10:00:00Z`: the last writer of a field, as far as the server knows. */
export function attribution(by: Attribution): string {
  return by.time === undefined ? by.manager : `${by.manager} at ${by.time}`
}

/** Two columns, the first as wide as its longest name. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}

/** The findings as warnings; those that are equal for several resources are one. */
export function findingsText(findings: readonly Finding[], layout: Layout): string[] {
  if (findings.length === 0) return []
  const groups = Map.groupBy(findings, ({ code, summary }) => `${code} ${summary}`)
  return [layout.style.strong('Warnings:'), ...[...groups.values()].flatMap((group) => findingLines(group, layout)), '']
}

function findingLines(group: readonly Finding[], { style, width }: Layout): string[] {
  const [first] = group as [Finding, ...Finding[]]
  const room = width === Number.POSITIVE_INFINITY ? width : clampRoom(width - 4)
  const [head = '', ...more] = summaryLines(
    first.summary.replace(/\.$/, ''),
    group.map(({ address }) => address),
    room,
  )
  const detail = first.detail === undefined ? [] : first.detail.split('\n')
  const remedy = wrapSentences(`${group.length > 1 ? 'For the first: ' : ''}${first.remedy}`, room).map(style.faint)
  return [`  ${style.changed('!')} ${head}`, ...[...more, ...detail, ...remedy].map((line) => `    ${line}`)]
}

function summaryLines(summary: string, names: readonly string[], room: number): string[] {
  const line = `${summary}: ${names.join(', ')}.`
  return line.length <= room ? [line] : [...wrapSentences(`${summary}:`, room), ...wrapList(names, room - 2).map((names) => `  ${names}`)]
}
