import { isQuick } from '../support/acceptance.ts'

export const ROUNDS = isQuick ? 5 : 21

/** The figure of a median wall time. A quick run shares its machine with other work: it prints the time and asserts no limit. */
export function atMost(seconds: number | undefined, limitSeconds: number): string {
  const figure = `${(seconds ?? Number.NaN).toFixed(3)} s`
  if (isQuick || (seconds !== undefined && seconds <= limitSeconds)) return figure
  throw new Error(`${figure}, allowed ${limitSeconds} s`)
}
