import type { Row } from './measure.ts'

/** Rows that were measured side by side; ratios are relative to the last row. */
export type Table = { readonly title: string; readonly rows: readonly Row[]; readonly notes: readonly string[] }

/** One benchmark: `npm run bench -- NAME`. */
export type Bench = {
  readonly name: string
  readonly about: string
  /** `rounds`: the number of runs of each command. */
  run(rounds: number): Promise<Table[]>
}
