import type { Progress } from '../kinds/kind.ts'
import type { Action } from '../plan/plan.ts'
import type { Address } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'

/** What happens during an apply, as data; the report turns it into text. */
export type ApplyEvent =
  | { readonly type: 'apply_start'; readonly address: Address; readonly action: Action }
  | { readonly type: 'apply_progress'; readonly address: Address; readonly progress: Progress }
  | { readonly type: 'apply_complete'; readonly address: Address; readonly action: Action; readonly seconds: number }
  | {
      readonly type: 'apply_errored'
      readonly address: Address
      readonly action: Action
      readonly seconds: number
      readonly problems: readonly Problem[]
    }
  /** `because`: the dependency that was not applied, or the interruption. */
  | { readonly type: 'apply_skipped'; readonly address: Address; readonly because: string }

export type Emit = (event: ApplyEvent) => void
