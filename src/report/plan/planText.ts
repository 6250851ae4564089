import { isWrite, type Plan, type PlannedChange } from '../../plan/plan.ts'
import type { Layout } from '../format/fieldLines.ts'
import { findingsText } from '../format/fieldText.ts'
import type { Style } from '../format/style.ts'
import { changeBlocks } from './planBlocks.ts'
import { planFooter } from './planFooter.ts'
import { summaryLines } from './planSummary.ts'

/** `width`: columns of a line, no end by default; `compact`: one line a resource, none of its fields' values. */
export type PlanForm = { readonly width?: number; readonly compact?: boolean }

/** A plan of more lines says at its end once more what changes: the last screen is what people see. */
const LONG = 60

/** The plan as a person reads it: what changes, why, what restarts, what is at risk. The same plan gives the same bytes. */
export function planText(plan: Plan, style: Style, { width = Number.POSITIVE_INFINITY, compact = false }: PlanForm = {}): string {
  const page = { style, width }
  const shown = plan.changes.filter((change) => isWrite(change.action) || change.action === 'forget')
  const { body, again } = compact ? inShort(shown, page) : inFull(shown, page)
  return [...body, ...findingsText(plan.findings, page), ...again, ...planFooter(plan, page)].join('\n')
}

type Parts = { readonly body: readonly string[]; readonly again: readonly string[] }

function inShort(shown: readonly PlannedChange[], page: Layout): Parts {
  return { body: shown.length === 0 ? [] : [...summaryLines(shown, page), ''], again: [] }
}

function inFull(shown: readonly PlannedChange[], page: Layout): Parts {
  const body = changeBlocks(shown, page)
  const isLong = shown.length > 1 && body.join('\n').split('\n').length > LONG
  return { body, again: isLong ? [page.style.strong('Summary:'), ...summaryLines(shown, page), ''] : [] }
}
