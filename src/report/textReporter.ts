import { distinctProblems } from '../values/problem.ts'
import { applyLine } from './applyText.ts'
import { driftText } from './drift/driftText.ts'
import { pluralize } from './format/pluralize.ts'
import type { Style } from './format/style.ts'
import { planText } from './plan/planText.ts'
import { renderProblems } from './problemText.ts'
import type { ApplyResult, Reporter } from './reporter.ts'
import { watchText } from './watchText.ts'

/** A stream, its style, and the width of its lines if known. */
export type Sink = { readonly write: (text: string) => unknown; readonly style: Style; readonly width?: number }

/** For people: results on `out`, errors on `err`. */
export function textReporter(out: Sink, err: Sink): Reporter {
  // A note is separated from earlier output by an empty line.
  let hasOutput = false
  const print = (text: string) => {
    out.write(text)
    hasOutput = true
  }
  const problems: Reporter['problems'] = (problems) => void (problems.length > 0 && err.write(renderProblems(problems, err.style)))
  return {
    plan: (plan, form) => {
      if (plan.changes.length > 0) print(`${planText(plan, out.style, { ...form, ...widthOf(out) })}\n`)
      problems(plan.problems)
    },
    drift: (report) => {
      const text = driftText(report, out.style, out.width)
      if (text !== '') print(`${text}\n`)
      problems(distinctProblems([...report.problems, ...report.unchecked.map(({ why }) => why)]))
    },
    event: (event) => print(`${applyLine(event, out.style)}\n`),
    applied: (applied) => {
      problems(distinctProblems(applied.problems))
      print(resultText(applied, out.style))
    },
    watch: (event, at) => {
      const { write, style } = event.type === 'watch_problems' ? err : out
      const text = watchText(event, style)
      if (text !== undefined) write(`${at.toISOString()} ${text}\n`)
    },
    problems,
    note: (text) => print(`${hasOutput ? '\n' : ''}${text}\n`),
  }
}

function widthOf({ width }: Sink): { readonly width?: number } {
  return width === undefined ? {} : { width }
}

function resultText({ done, failed, skipped }: ApplyResult, style: Style): string {
  if (failed.length + skipped.length > 0) {
    const tally = `${done.length} done, ${failed.length} failed, ${skipped.length} skipped`
    return `\n${style.removed('Apply incomplete:')} ${tally}. Run groundcrew apply again to continue.\n`
  }
  return done.length === 0 ? '' : `\n${style.strong('Apply complete.')} ${pluralize(done.length, 'resource')} changed.\n`
}
