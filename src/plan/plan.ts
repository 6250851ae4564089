import type { DataRisk, Edit, Finding, Impact, ObjectGroups, Refusal, RemovalPolicy, Restart, WriteAction } from '../kinds/kind.ts'
import type { Address } from '../values/address.ts'
import type { FactMap } from '../values/json.ts'
import type { Problem } from '../values/problem.ts'

export type Action = WriteAction | 'remove' | 'forget' | 'adopt' | 'keep' | 'accept' | 'blocked'

/** What the plan says of one resource. */
export type PlannedChange = {
  readonly address: Address
  readonly action: Action
  readonly edits: readonly Edit[]
  readonly impact: Impact
  readonly after: readonly Address[]
  /** How the kind groups the edited fields, where it does. */
  readonly objects?: ObjectGroups
  /** The facts once this plan is applied; undefined for blocked and removed. */
  readonly wanted?: FactMap
  /** What it means should the file no longer declare it. */
  readonly removalPolicy?: RemovalPolicy
  /** Why it is blocked. */
  readonly why?: Problem
}

/** The whole difference, complete before anything is written: nothing in it is known only after apply. */
export type Plan = {
  /** Every resource, in the order in which it would be worked on. */
  readonly changes: readonly PlannedChange[]
  readonly findings: readonly Finding[]
  /** What could not be looked at or said; with any of these the plan is incomplete. */
  readonly problems: readonly Problem[]
  /** How many resources a partial plan left out; nothing is said about them. */
  readonly notLookedAt: number
}

export type Counts = { readonly add: number; readonly change: number; readonly destroy: number }

const WRITES: ReadonlySet<Action> = new Set(['create', 'recover', 'update', 'repair', 'replace', 'remove'])

/** True for an action that writes to the world. */
export function isWrite(action: Action): boolean {
  return WRITES.has(action)
}

/** As Terraform counts: a replacement is one added and one destroyed. */
export function counts(plan: Plan): Counts {
  const of = (...actions: readonly Action[]) => plan.changes.filter((c) => actions.includes(c.action)).length
  return { add: of('create', 'recover', 'replace'), change: of('update', 'repair'), destroy: of('remove', 'replace') }
}

/** True when apply would write something. */
export function hasChanges(plan: Plan): boolean {
  return plan.changes.some((change) => isWrite(change.action))
}

/** The workloads whose pods this plan restarts, each once, by name. */
export function restarts(plan: Plan): readonly Restart[] {
  const all = new Map(writes(plan).flatMap((c) => c.impact.restarts.map((r) => [r.workload, r] as const)))
  return [...all.values()].sort((a, b) => (a.workload < b.workload ? -1 : 1))
}

export function dataAtRisk(plan: Plan): readonly DataRisk[] {
  return writes(plan).flatMap((change) => change.impact.dataAtRisk)
}

/** Why apply must not go on with this plan. */
export function refusals(plan: Plan): readonly Refusal[] {
  return writes(plan).flatMap((change) => change.impact.refusals)
}

function writes(plan: Plan): readonly PlannedChange[] {
  return plan.changes.filter((change) => isWrite(change.action))
}
