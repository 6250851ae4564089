import type { Command } from '../../support/run.ts'
import type { Bench } from '../bench.ts'

/** One thing that is another when a saved plan is applied than when it was made. */
export type Change = {
  readonly name: string
  readonly reason: RegExp
  /** Files of the installation's folder that it changes. */
  readonly touches?: readonly string[]
  /** Makes it; may answer how groundcrew has to be run then, and what to undo besides. */
  readonly make: (bench: Bench, plan: string) => Promise<Made | undefined>
  readonly isSample?: boolean
}

export type Made = { readonly env?: Record<string, string>; readonly program?: Command; readonly undo?: () => Promise<unknown> }
