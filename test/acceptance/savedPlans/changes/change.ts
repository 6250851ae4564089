import type { Command } from '../../support/run.ts'
import type { PlanFixture } from '../planFixture.ts'

/** Something that differs when a saved plan is applied from when it was saved. */
export type Change = {
  readonly name: string
  readonly reason: RegExp
  /** Files and folders of the installation's folder that it changes. */
  readonly touches?: readonly string[]
  /** Changes it; may return how groundcrew has to run then, and how to undo the change. */
  readonly make: (fixture: PlanFixture, plan: string) => Promise<ChangedRun | undefined>
  /** True for the changes of a quick run. */
  readonly isSample?: boolean
}

export type ChangedRun = { readonly env?: Record<string, string>; readonly program?: Command; readonly undo?: () => Promise<unknown> }
