import type { Row } from './measure.ts'

/** Rows measured side by side; ratios are to the last one. */
export type Table = { readonly title: string; readonly rows: readonly Row[]; readonly notes: readonly string[] }

/** One thing that is measured: `npm run bench -- NAME`. */
export type Bench = {
  readonly name: string
  readonly about: string
  /** `rounds`: how often each command runs. */
  run(rounds: number): Promise<Table[]>
}
