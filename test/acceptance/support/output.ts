import { expectExit, expectText } from './installation.ts'
import type { RunResult } from './run.ts'

/** Exit 1 and the problem in words on stderr; no stack trace and nothing of JavaScript's own. */
export function expectProblem(result: RunResult, expected: RegExp): void {
  expectExit(result, 1)
  expectText(result.stderr, expected)
  const output = result.stdout + result.stderr
  for (const crash of [/^ {4}at /m, /\bundefined\b/, /\[object /, /internal\/unexpected/])
    if (crash.test(output)) throw new Error(`prints ${crash}:\n${output}`)
}

/** The same for a failure before the plan is complete: nothing may look like a plan. */
export function expectProblemWithoutPlan(result: RunResult, expected: RegExp): void {
  const output = result.stdout + result.stderr
  if (/to add/.test(output)) throw new Error(`prints "to add":\n${output}`)
  expectProblem(result, expected)
}

export const firstLine = (text: string): string => text.trim().split('\n')[0] ?? ''

export const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''
