import type { DataRisk, Edit, Finding, Impact, ObjectGroups, Refusal, RemovalPolicy, Restart, WriteAction } from '../kinds/kind.ts'
import type { Address } from '../values/address.ts'
import type { FactMap } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'

export type Action = WriteAction | 'remove' | 'forget' | 'adopt' | 'keep' | 'accept' | 'blocked'

/** The planned action on one resource. */
export type PlannedChange = {
  readonly address: Address
  readonly action: Action
  readonly edits: readonly Edit[]
  readonly impact: Impact
  readonly after: readonly Address[]
  /** How the kind groups the edited fields, where it does. */
  readonly objects?: ObjectGroups
  /** The facts once this plan is applied; undefined for blocked and removed resources. */
  readonly desired?: FactMap
  /** What happens to it once the file no longer declares it. */
  readonly removalPolicy?: RemovalPolicy
  /** Why it is blocked. */
  readonly blockedBy?: Problem
}

/** The whole difference, complete before anything is written: no part of it is known only after apply. */
export type Plan = {
  /** Every resource, in the order of apply. */
  readonly changes: readonly PlannedChange[]
  readonly findings: readonly Finding[]
  /** What could not be read or computed; with any of these the plan is incomplete. */
  readonly problems: readonly Problem[]
  /** How many resources a partial plan did not check. */
  readonly uncheckedCount: number
}

export type Counts = { readonly add: number; readonly change: number; readonly destroy: number }

const WRITES: ReadonlySet<Action> = new Set(['create', 'recover', 'update', 'repair', 'replace', 'remove'])

/** True for an action that writes to the world. */
export function isWrite(action: Action): boolean {
  return WRITES.has(action)
}

/** As Terraform counts: a replacement is one added and one destroyed. */
export function counts(plan: Plan): Counts {
  const count = (...actions: readonly Action[]) => plan.changes.filter(({ action }) => actions.includes(action)).length
  return { add: count('create', 'recover', 'replace'), change: count('update', 'repair'), destroy: count('remove', 'replace') }
}

/** True when apply would write something. */
export function hasChanges(plan: Plan): boolean {
  return plan.changes.some((change) => isWrite(change.action))
}

/** The workloads whose pods this plan restarts, each once, by name. */
export function restarts(plan: Plan): readonly Restart[] {
  const byWorkload = new Map(writes(plan).flatMap(({ impact }) => impact.restarts.map((restart) => [restart.workload, restart] as const)))
  return [...byWorkload.values()].sort((a, b) => (a.workload < b.workload ? -1 : 1))
}

export function dataAtRisk(plan: Plan): readonly DataRisk[] {
  return writes(plan).flatMap((change) => change.impact.dataAtRisk)
}

/** Why apply must refuse this plan. */
export function refusals(plan: Plan): readonly Refusal[] {
  return writes(plan).flatMap((change) => change.impact.refusals)
}

function writes(plan: Plan): readonly PlannedChange[] {
  return plan.changes.filter((change) => isWrite(change.action))
}
