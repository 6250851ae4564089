import type { Chart } from '../../installation/installation.ts'
import type { Address } from '../../values/address.ts'
import { type FactMap, isMap } from '../../values/json.ts'
import type { Finding, Refusal } from '../kind.ts'

/** The digests of all charts that this release was ever applied from, by name and version. */
export type KnownCharts = { readonly [chart: string]: string }

/** What the state remembers beside the facts; none where it says nothing. */
export function readCharts(bookkeeping: FactMap | undefined): KnownCharts {
  const charts = bookkeeping?.charts
  if (!isMap(charts)) return {}
  return Object.fromEntries(Object.entries(charts).flatMap(([key, digest]) => (typeof digest === 'string' ? [[key, digest]] : [])))
}

/** To be remembered: a version's first digest, until another one is allowed. */
export function withChart(known: KnownCharts, chart: Chart): FactMap {
  return { charts: { ...known, [keyOf(chart)]: chart.digest } }
}

/** True for a version that was applied before with another content. */
export function hasDifferentDigest(known: KnownCharts, chart: Chart): boolean {
  const digest = known[keyOf(chart)]
  return digest !== undefined && digest !== chart.digest
}

/** A folder and what is packaged of it are not the same bytes. */
function keyOf({ name, version, isFolder }: Chart): string {
  return `${name} ${version}${isFolder ? ' (folder)' : ''}`
}

export const ACCEPT_OTHER_CHART = '--accept-other-chart'

/** Whoever changes a chart gives it another version: this may be somebody else's. */
export function otherContent(chart: Chart): Refusal {
  return {
    code: 'chart/other-content',
    summary: `The chart ${chart.name} ${chart.version} is not the one that was applied under this version.`,
    remedy: `Get the right one, or look at what it changes and allow it: ${ACCEPT_OTHER_CHART}.`,
    consent: ACCEPT_OTHER_CHART,
  }
}

/** What a person should know of the chart itself. */
export function chartFindings(address: Address, chart: Chart, known: KnownCharts): readonly Finding[] {
  const { consent: _, ...other } = otherContent(chart)
  return [...(hasDifferentDigest(known, chart) ? [{ ...other, address }] : []), ...(chart.isUnpinned ? [unpinned(address, chart)] : [])]
}

function unpinned(address: Address, { version }: Chart): Finding {
  return {
    address,
    code: 'chart/unpinned',
    summary: `The chart’s version is not named: ${version} is used, and stays until another is named.`,
    remedy: `Name it, so that every host uses the same: release.chart.version: ${version}.`,
  }
}
