import type { Position } from './position.ts'

/**
 * An error for the user: what is wrong, where, and how to fix it.
 * Texts never contain a secret, a part of one or its length.
 */
export type Problem = {
  /** Stable and greppable: `file/unknown-key`, `minio/refused-connection`. */
  readonly code: string
  /** One sentence: what is wrong. */
  readonly summary: string
  /** Further facts; may have several lines. */
  readonly detail?: string
  readonly at?: Position
  /** How to fix it: a command where there is one. */
  readonly remedy: string
}

/** Carries problems through code that cannot continue. Only `main` and code that reports them catch it. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[] | Problem) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem]
    super(list.map((problem) => problem.summary).join('; '))
    this.name = 'ProblemError'
    this.problems = list
  }
}

/** Each problem once: an unreachable server is one problem, not one per resource on it. */
export function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [`${problem.code} ${problem.summary} ${problem.at?.line}`, problem])).values()]
}
