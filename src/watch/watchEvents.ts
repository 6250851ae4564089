import type { Plan } from '../plan/plan.ts'
import type { UnattendedSelection } from '../plan/policy.ts'
import type { ApplyEvent } from '../reconcile/events.ts'
import type { Address } from '../values/address.ts'
import type { Policy } from '../values/policy.ts'
import type { Problem } from '../values/problem.ts'

/** Why a check is due. Only for the report: whatever the trigger, everything is checked. */
export type Trigger = 'start' | 'file' | 'timer' | 'signal' | 'apply'

/** What a daemon does and observes, as data; the report turns it into text. */
export type WatchEvent =
  | { readonly type: 'watch_start'; readonly file: string }
  | { readonly type: 'watch_settings'; readonly policy: Policy; readonly intervalSeconds: number }
  | { readonly type: 'watch_triggered'; readonly by: Trigger }
  | { readonly type: 'watch_plan'; readonly plan: Plan }
  /** `command`: applies what is left out. */
  | { readonly type: 'watch_left_out'; readonly policy: Policy; readonly leftOut: UnattendedSelection['skipped']; readonly command: string }
  | { readonly type: 'watch_problems'; readonly problems: readonly Problem[] }
  /** The problems are over. */
  | { readonly type: 'watch_clear' }
  | ApplyEvent
  | {
      readonly type: 'watch_applied'
      /** What was selected to be applied. */
      readonly plan: Plan
      readonly done: readonly Address[]
      readonly failed: readonly Address[]
      readonly skipped: readonly Address[]
      /** Why steps failed. */
      readonly problems: readonly Problem[]
    }
  | { readonly type: 'watch_paused'; readonly seconds: number; readonly again: readonly Address[] }
  /** `abandonedStep`: a step was still running when the daemon had to stop. */
  | { readonly type: 'watch_stopping' }
  | { readonly type: 'watch_stopped'; readonly abandonedStep: boolean }
