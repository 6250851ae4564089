import type { Position } from './position.ts'
import { type Problem, ProblemError } from './problem.ts'

export type Collected<T> = { readonly value: T } | { readonly problems: readonly Problem[] }

/** Turns a thrown ProblemError into a value, so that what is wrong elsewhere is told with it. `at`: where the file asks for it. */
export async function collectProblems<T>(act: () => Promise<T>, at?: Position): Promise<Collected<T>> {
  try {
    return { value: await act() }
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { problems: error.problems.map((problem) => (at === undefined ? problem : { at, ...problem })) }
  }
}

/** Of several attempts, all that is wrong. */
export function problemsOf(...attempts: readonly (Collected<unknown> | undefined)[]): readonly Problem[] {
  return attempts.flatMap((one) => (one !== undefined && 'problems' in one ? one.problems : []))
}
