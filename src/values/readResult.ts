import type { Problem } from './problem.ts'

/**
 * The result of reading something from a server. Absent needs proof (the server's own error for "not found");
 * anything that is neither present nor proven absent is unknown, and unknown never causes a write.
 */
export type ReadResult<T> =
  | { readonly is: 'present'; readonly value: T }
  | { readonly is: 'absent'; readonly provedBy: string }
  | { readonly is: 'unknown'; readonly why: Problem }

export function present<T>(value: T): ReadResult<T> {
  return { is: 'present', value }
}
export function absent<T>(provedBy: string): ReadResult<T> {
  return { is: 'absent', provedBy }
}
export function unknown<T>(why: Problem): ReadResult<T> {
  return { is: 'unknown', why }
}
