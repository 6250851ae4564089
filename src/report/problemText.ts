import { showPosition } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import { PLAIN, type Style } from './format/style.ts'

/**
 * Problems for a terminal, a paragraph each: what is wrong, where (`desired-state.yaml:12:5`, which terminals turn into a
 * link), how to fix it. Lines of the file are never quoted: one may contain a secret in the wrong place.
 */
export function renderProblems(problems: readonly Problem[], style: Style = PLAIN, severity: 'Error' | 'Warning' = 'Error'): string {
  const paragraphs = problems.map((problem) => `${paragraph(problem, style, severity)}\n`)
  const count = problems.length > 1 ? [`${problems.length} ${severity.toLowerCase()}s.\n`] : []
  return [...paragraphs, ...count].join('\n')
}

function paragraph(problem: Problem, style: Style, severity: 'Error' | 'Warning'): string {
  const mark = (severity === 'Error' ? style.removed : style.changed)(`${severity}:`)
  const code = style.faint(`(${problem.code})`)
  const place = problem.at === undefined ? `  ${code}` : `  on ${showPosition(problem.at)} ${code}`
  const detail = problem.detail === undefined ? [] : problem.detail.split('\n').map((line) => `  ${line}`)
  const [first = '', ...more] = problem.remedy.split('\n')
  return [`${mark} ${style.strong(problem.summary)}`, place, ...detail, `  Fix: ${first}`, ...more.map((line) => `       ${line}`)].join(
    '\n',
  )
}
