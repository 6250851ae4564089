import type { Attribution, Finding } from '../kinds/kind.ts'
import { keyIdOf } from '../values/fingerprint.ts'
import { canonicalJson, type FactValue, type Json } from '../values/json.ts'
import type { Style } from './style.ts'

/** A value as people read it; quoted where it would not be clear without. */
export function showValue(value: FactValue | undefined): string {
  return typeof value === 'string' && value !== '' && !/\s|^["']/.test(value) ? value : canonicalJson((value ?? null) as Json)
}

/** A fingerprint is no secret, but says nothing to a person either. */
export function isFingerprint(value: FactValue | undefined): boolean {
  return keyIdOf(value) !== undefined
}

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
export function findingsText(findings: readonly Finding[], style: Style): string[] {
  if (findings.length === 0) return []
  const groups = Map.groupBy(findings, (one) => `${one.code} ${one.summary}`)
  const rows = [...groups.values()].map((group) => {
    const [first] = group as [Finding, ...Finding[]]
    const names = group.map((one) => one.address).join(', ')
    const detail = first.detail === undefined ? [] : first.detail.split('\n').map((line) => `    ${line}`)
    const remedy = `    ${style.faint(`${group.length > 1 ? 'For the first: ' : ''}${first.remedy}`)}`
    return [`  ${style.changed('!')} ${first.summary.replace(/\.$/, '')}: ${names}.`, ...detail, remedy].join('\n')
  })
  return [style.strong('Worth knowing:'), ...rows, '']
}
