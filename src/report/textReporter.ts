import { distinctProblems } from '../values/problem.ts'
import { applyLine } from './applyText.ts'
import { driftText } from './drift/driftText.ts'
import { pluralize } from './format/pluralize.ts'
import type { Style } from './format/style.ts'
import { planText } from './plan/planText.ts'
import { renderProblems } from './problemText.ts'
import type { Applied, Reporter } from './reporter.ts'
import { watchText } from './watchText.ts'

/** A stream, the style that suits it, and how many columns its lines have where that is known. */
export type Sink = { readonly write: (text: string) => unknown; readonly style: Style; readonly width?: number }

/** Tells people: what was asked for on `out`, what is wrong on `err`. */
export function textReporter(out: Sink, err: Sink): Reporter {
  // A remark stands apart from what came before it.
  let begun = false
  const say = (text: string) => {
    out.write(text)
    begun = true
  }
  const problems: Reporter['problems'] = (all) => void (all.length > 0 && err.write(renderProblems(all, err.style)))
  return {
    plan: (plan, form) => {
      if (plan.changes.length > 0) say(`${planText(plan, out.style, { ...form, ...widthOf(out) })}\n`)
      problems(plan.problems)
    },
    drift: (report) => {
      const text = driftText(report, out.style, out.width)
      if (text !== '') say(`${text}\n`)
      problems(distinctProblems([...report.problems, ...report.unchecked.map(({ why }) => why)]))
    },
    event: (event) => say(`${applyLine(event, out.style)}\n`),
    applied: (applied) => {
      problems(distinctProblems(applied.problems))
      say(ending(applied, out.style))
    },
    watch: (event, at) => {
      const { write, style } = event.type === 'watch_problems' ? err : out
      const text = watchText(event, style)
      if (text !== undefined) write(`${at.toISOString()} ${text}\n`)
    },
    problems,
    note: (text) => say(`${begun ? '\n' : ''}${text}\n`),
  }
}

function widthOf({ width }: Sink): { readonly width?: number } {
  return width === undefined ? {} : { width }
}

function ending({ done, failed, skipped }: Applied, style: Style): string {
  if (failed.length + skipped.length > 0) {
    const tally = `${done.length} done, ${failed.length} failed, ${skipped.length} skipped`
    return `\n${style.removed('Apply incomplete:')} ${tally}. Run groundcrew apply again to continue.\n`
  }
  return done.length === 0 ? '' : `\n${style.strong('Apply complete.')} ${pluralize(done.length, 'resource')} changed.\n`
}
