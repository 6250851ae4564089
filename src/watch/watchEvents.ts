import type { Plan } from '../plan/plan.ts'
import type { UnattendedSelection } from '../plan/policy.ts'
import type { ApplyEvent } from '../reconcile/events.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import type { Problem } from '../values/problem.ts'

/** Why a look is due. It is told and otherwise means nothing: whatever happened, everything is looked at. */
export type Trigger = 'start' | 'file' | 'timer' | 'signal' | 'apply'

/** What a daemon does and finds, as data; the report makes text of it. */
export type WatchEvent =
  | { readonly type: 'watch_start'; readonly file: string }
  | { readonly type: 'watch_settings'; readonly policy: Policy; readonly intervalSeconds: number }
  | { readonly type: 'watch_triggered'; readonly by: Trigger }
  | { readonly type: 'watch_plan'; readonly plan: Plan }
  /** `command`: what a person runs to apply what is left out. */
  | { readonly type: 'watch_left_out'; readonly policy: Policy; readonly leftOut: UnattendedSelection['skipped']; readonly command: string }
  | { readonly type: 'watch_problems'; readonly problems: readonly Problem[] }
  /** All can be looked at again. */
  | { readonly type: 'watch_clear' }
  | ApplyEvent
  | {
      readonly type: 'watch_applied'
      /** What was to be applied. */
      readonly plan: Plan
      readonly done: readonly Address[]
      readonly failed: readonly Address[]
      readonly skipped: readonly Address[]
      /** Why what failed failed. */
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'watch_paused'; readonly seconds: number; readonly again: readonly Address[] }
  /** `left`: a step had not ended when the time was up. */
  | { readonly type: 'watch_stopping' }
  | { readonly type: 'watch_stopped'; readonly left: boolean }
