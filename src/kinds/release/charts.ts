import type { Chart } from '../../installation/installation.ts'
import type { Address } from '../../values/address.ts'
import { type FactMap, isMap } from '../../values/json.ts'
import type { Finding, Refusal } from '../kind.ts'

/** The digests of all charts that this release was applied from, by name and version. */
export type KnownCharts = { readonly [chart: string]: string }

/** The charts that the state remembers beside the facts. */
export function readCharts(bookkeeping: FactMap | undefined): KnownCharts {
  const charts = bookkeeping?.charts
  if (!isMap(charts)) return {}
  return Object.fromEntries(Object.entries(charts).flatMap(([key, digest]) => (typeof digest === 'string' ? [[key, digest]] : [])))
}

/** The bookkeeping of a chart: a version's first digest is remembered until a different one is accepted. */
export function withChart(known: KnownCharts, chart: Chart): FactMap {
  return { charts: { ...known, [keyOf(chart)]: chart.digest } }
}

/** True for a version that was applied before with different content. */
export function hasDifferentDigest(known: KnownCharts, chart: Chart): boolean {
  const digest = known[keyOf(chart)]
  return digest !== undefined && digest !== chart.digest
}

/** A folder and its package differ in their bytes. */
function keyOf({ name, version, isFolder }: Chart): string {
  return `${name} ${version}${isFolder ? ' (folder)' : ''}`
}

const ACCEPT_OTHER_CHART = '--accept-other-chart'

/** A changed chart should have another version, so this one may come from elsewhere. */
export function otherContent(chart: Chart): Refusal {
  return {
    code: 'chart/other-content',
    summary: `The chart ${chart.name} ${chart.version} differs from the one that was applied under this version.`,
    remedy: `Use the chart that was applied, or check what this one changes and accept it: ${ACCEPT_OTHER_CHART}.`,
    consent: ACCEPT_OTHER_CHART,
  }
}

/** Findings about the chart itself. */
export function chartFindings(address: Address, chart: Chart, known: KnownCharts): readonly Finding[] {
  const { consent: _, ...finding } = otherContent(chart)
  return [...(hasDifferentDigest(known, chart) ? [{ ...finding, address }] : []), ...(chart.isUnpinned ? [unpinned(address, chart)] : [])]
}

function unpinned(address: Address, { version }: Chart): Finding {
  return {
    address,
    code: 'chart/unpinned',
    summary: `The chart’s version is not set: ${version} is used, and stays until another one is set.`,
    remedy: `Set it, so that every host uses the same: release.chart.version: ${version}.`,
  }
}
