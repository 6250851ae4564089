import type { Attribution, Finding } from '../../kinds/kind.ts'
import { type Layout, roomIn } from './fieldLines.ts'
import { prose, wrappedList } from './fold.ts'

/** `kubectl-edit at 2026-11-24T10:00:00Z`: who wrote it, as far as the server knows. */
export function attribution(by: Attribution): string {
  return by.time === undefined ? by.manager : `${by.manager} at ${by.time}`
}

/** Two columns, the first as wide as it has to be. */
export function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`)
}

/** What a person should know; one line for what several resources share. */
export function findingsText(findings: readonly Finding[], page: Layout): string[] {
  if (findings.length === 0) return []
  const groups = Map.groupBy(findings, (one) => `${one.code} ${one.summary}`)
  return [page.style.strong('Warnings:'), ...[...groups.values()].flatMap((group) => findingLines(group, page)), '']
}

function findingLines(group: readonly Finding[], { style, width }: Layout): string[] {
  const [first] = group as [Finding, ...Finding[]]
  const room = width === Number.POSITIVE_INFINITY ? width : roomIn(width - 4)
  const [head = '', ...more] = told(
    first.summary.replace(/\.$/, ''),
    group.map((one) => one.address),
    room,
  )
  const detail = first.detail === undefined ? [] : first.detail.split('\n')
  const remedy = prose(`${group.length > 1 ? 'For the first: ' : ''}${first.remedy}`, room).map(style.faint)
  return [`  ${style.changed('!')} ${head}`, ...[...more, ...detail, ...remedy].map((line) => `    ${line}`)]
}

function told(summary: string, names: readonly string[], room: number): string[] {
  const line = `${summary}: ${names.join(', ')}.`
  return line.length <= room ? [line] : [...prose(`${summary}:`, room), ...wrappedList(names, room - 2).map((one) => `  ${one}`)]
}
