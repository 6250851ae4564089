import type { Position } from './position.ts'
import { type Problem, ProblemError } from './problem.ts'

export type ValueOrProblems<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

/** Returns a thrown ProblemError as a value, so that it is reported together with problems found elsewhere. `at`: where the file declares it. */
export async function collectProblems<T>(act: () => Promise<T>, at?: Position): Promise<ValueOrProblems<T>> {
  try {
    return { value: await act() }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { problems: error.problems.map((problem) => (at === undefined ? problem : { at, ...problem })) }
  }
}

/** The problems of several results. */
export function problemsOf(...results: readonly (ValueOrProblems<unknown> | undefined)[]): readonly Problem[] {
  return results.flatMap((result) => (result !== undefined && 'problems' in result ? result.problems : []))
}
