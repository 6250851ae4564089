import type { Edit } from '../kinds/kind.ts'
import { canonicalJson, isMap, type Json } from '../values/json.ts'
import { isWrite, type Plan } from './plan.ts'

/** What a plan was made from: if any of it differs, the plan is another plan. No secret: inputs are keyed fingerprints. */
export type Basis = {
  /** groundcrew's version. */
  readonly tool: string
  /** SHA-256 (hex) of desired-state.yaml. */
  readonly file: string
  /** A fingerprint of each secret input, by its pointer in the file. */
  readonly inputs: { readonly [pointer: string]: string }
  readonly chart: { readonly name: string; readonly version: string; readonly digest: string }
  /** The digests of every blob of every image in the archive, or '' without one. */
  readonly archive: string
  readonly world: {
    readonly cluster: string
    readonly objectStore: string
    readonly objectStoreEndpoint: string
    readonly registries: readonly string[]
  }
  readonly lineage: string
  readonly serial: number
}

export type SavedChange = { readonly action: string; readonly guard: string; readonly edits: readonly SavedEdit[] }
type SavedEdit = { readonly pointer: string; readonly from: Json; readonly to: Json; readonly cause: string }

/** A plan that one person saves and another applies, once. */
export type SavedPlan = {
  readonly format: 1
  readonly id: string
  readonly options: Json
  readonly basis: Basis
  readonly changes: { readonly [address: string]: SavedChange }
}

/** Brings a plan to the form it is saved in. `guards`: what the servers called the version of each resource that was seen. */
export function savedChanges(plan: Plan, guards: ReadonlyMap<string, string>): SavedPlan['changes'] {
  const entries = plan.changes.map((change) => {
    const guard = isWrite(change.action) ? (guards.get(change.address) ?? '') : ''
    // Adopting and keeping write nothing: a lost state must not make a plan another one.
    const action = change.action === 'adopt' ? 'keep' : change.action
    return [change.address, { action, guard, edits: change.edits.map(savedEdit) }] as const
  })
  return Object.fromEntries(entries)
}

function savedEdit(edit: Edit): SavedEdit {
  return { pointer: edit.pointer, from: edit.from ?? null, to: edit.to ?? null, cause: edit.cause }
}

const PARTS: readonly (readonly [keyof Basis, string])[] = [
  ['tool', "groundcrew's version"],
  ['file', 'desired-state.yaml'],
  ['chart', 'the chart'],
  ['archive', 'the release archive'],
  ['world', 'the cluster, the object store or the registry'],
  ['lineage', 'the state (another one)'],
  ['serial', 'the state (something was applied since)'],
]

/** What differs between a saved plan and the plan made now, one phrase each; nothing when the saved one still holds. */
export function mismatches(saved: Pick<SavedPlan, 'basis' | 'changes'>, basis: Basis, changes: SavedPlan['changes']): string[] {
  const parts = PARTS.filter(([key]) => !equal(saved.basis[key], basis[key])).map(([, name]) => name)
  return [...parts, ...inputMismatches(saved.basis.inputs, basis.inputs), ...changeMismatches(saved.changes, changes)]
}

function inputMismatches(before: Basis['inputs'], now: Basis['inputs']): string[] {
  return keysOf(before, now)
    .filter((pointer) => before[pointer] !== now[pointer])
    .map((pointer) => `the secret behind ${pointer}`)
}

function changeMismatches(before: SavedPlan['changes'], now: SavedPlan['changes']): string[] {
  return keysOf(before, now)
    .filter((address) => !equal(before[address], now[address]))
    .map((address) => `${address} as it is on the server`)
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

function equal(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json)
}

/** Reads a saved plan; undefined for anything else. */
export function parseSavedPlan(text: string): SavedPlan | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const whole = isMap(value) && value.format === 1 && typeof value.id === 'string' && isMap(value.basis) && isMap(value.changes)
    return whole && isMap((value.basis as { inputs?: unknown }).inputs) ? (value as SavedPlan) : undefined
  } catch {
    return undefined
  }
}
