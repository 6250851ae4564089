import type { Position } from './position.ts'

/**
 * Something that is wrong, as a person needs to hear it: what, where, and what to do about it.
 * Texts never hold a secret, a piece of one or its length.
 */
export type Problem = {
  /** Stable and greppable: `file/unknown-key`, `minio/refused-connection`. */
  readonly code: string
  /** One sentence: what is wrong. */
  readonly summary: string
  /** What is known besides; may have several lines. */
  readonly detail?: string
  readonly at?: Position
  /** What to do, a command to run where there is one. */
  readonly remedy: string
}

/** Carries problems through code that cannot go on. Nothing above `main` catches it to hide it. */
export class ProblemError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[] | Problem) {
    const all = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem]
    super(all.map((p) => p.summary).join('; '))
    this.name = 'ProblemError'
    this.problems = all
  }
}

/** Each problem once: a server that is away is one, not one for each resource on it. */
export function distinctProblems(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((one) => [`${one.code} ${one.summary} ${one.at?.line}`, one])).values()]
}
