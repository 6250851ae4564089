import { isWrite, type Plan, type PlannedChange } from '../../plan/plan.ts'
import type { Layout } from '../format/fieldLines.ts'
import { findingsText } from '../format/fieldText.ts'
import type { Style } from '../format/style.ts'
import { changeBlocks } from './planBlocks.ts'
import { planFooter } from './planFooter.ts'
import { summaryLines } from './planSummary.ts'

/** `width`: columns of a line, unlimited by default; `compact`: one line per resource, without values. */
export type PlanTextOptions = { readonly width?: number; readonly compact?: boolean }

/** A plan with more lines ends with a summary: the last screen is what is read. */
const MAX_WITHOUT_SUMMARY = 60

/** The plan for a terminal: what changes, why, what restarts, what is at risk. The same plan gives the same bytes. */
export function planText(plan: Plan, style: Style, { width = Number.POSITIVE_INFINITY, compact = false }: PlanTextOptions = {}): string {
  const layout = { style, width }
  const shown = plan.changes.filter((change) => isWrite(change.action) || change.action === 'forget')
  const { body, summary } = compact ? compactParts(shown, layout) : fullParts(shown, layout)
  return [...body, ...findingsText(plan.findings, layout), ...summary, ...planFooter(plan, layout)].join('\n')
}

type Parts = { readonly body: readonly string[]; readonly summary: readonly string[] }

function compactParts(shown: readonly PlannedChange[], layout: Layout): Parts {
  return { body: shown.length === 0 ? [] : [...summaryLines(shown, layout), ''], summary: [] }
}

function fullParts(shown: readonly PlannedChange[], layout: Layout): Parts {
  const body = changeBlocks(shown, layout)
  const isLong = shown.length > 1 && body.join('\n').split('\n').length > MAX_WITHOUT_SUMMARY
  return { body, summary: isLong ? [layout.style.strong('Summary:'), ...summaryLines(shown, layout), ''] : [] }
}
