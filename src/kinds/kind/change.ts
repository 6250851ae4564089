import type { Address } from '../../values/address.ts'
import type { FactValue, JsonPointer } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'
import type { Attribution, Declared, Observation } from './resource.ts'

export type Cause = 'declared' | 'drifted' | 'both' | 'unexplained'

/** One field that differs. `undefined` on a side: the field is absent there. */
export type Edit = {
  readonly pointer: JsonPointer
  readonly from: FactValue | undefined
  readonly to: FactValue | undefined
  readonly cause: Cause
  readonly by?: Attribution
  readonly origin?: Position | 'guide'
}

export type WriteAction = 'create' | 'update' | 'repair' | 'replace' | 'recover'

/**
 * What a plan does to one resource. `basis` is what `desire` computed and facts never hold (rendered objects, whether the
 * bucket is empty).
 */
export type Change<F, M, E, B> = {
  readonly address: Address
  readonly action: WriteAction
  readonly edits: readonly Edit[]
  readonly declared: Declared<M>
  readonly desired: F
  readonly basis: B
  readonly observed: Observation<F, E>
}

/** `because`: what is wrong with the running pods (`they started while secret/… held other values`); absent where their template changes. */
export type Restart = { readonly workload: string; readonly pods: number; readonly because?: readonly string[] }

export type DataRisk = { readonly address: Address; readonly what: string }

/** What a change means beyond the resource itself. */
export type Impact = {
  readonly restarts: readonly Restart[]
  readonly dataAtRisk: readonly DataRisk[]
  /** Who gains or loses access, one sentence each. */
  readonly access: readonly string[]
  /** Further consequences for the reader of the plan, one sentence each: Helm's next revision. */
  readonly notes?: readonly string[]
  /** Why apply refuses this change without consent. */
  readonly refusals: readonly Refusal[]
}

/** A refusal and the exact flag that lifts it: `--accept-data-loss bucket/spacelift-states`, `--replace-encryption-key`. */
export type Refusal = Problem & { readonly consent: string }

export const NO_IMPACT: Impact = { restarts: [], dataAtRisk: [], access: [], refusals: [] }

/** Something an operator should know that no change repairs. */
export type Finding = Problem & { readonly address: Address }

/** Why an orphan is not removed although its policy allows it; the rest of the plan continues. */
export type RemovalDeclined = { readonly declined: Problem }
