import * as z from 'zod/mini'
import type { Edit } from '../kinds/kind.ts'
import type { Fingerprint } from '../values/fingerprint.ts'
import { canonicalJson, isMap, type Json } from '../values/json.ts'
import { isWrite, type Plan } from './plan.ts'

/** Everything a plan was computed from: if any of it differs, the plan is out of date. No secret: inputs are keyed fingerprints. */
export type Basis = {
  /** groundcrew's version. */
  readonly tool: string
  /** SHA-256 (hex) of desired-state.yaml. */
  readonly file: string
  /** A fingerprint of each secret input, by its pointer in the file. */
  readonly inputs: { readonly [pointer: string]: Fingerprint }
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

/** A plan that is saved by `plan -out` and applied later, once. */
export type SavedPlan = UnsealedPlan & {
  /** A keyed digest of everything else. */
  readonly seal: Fingerprint
}

export type UnsealedPlan = {
  readonly format: 1
  readonly id: string
  /** The options and consents that it was made with. */
  readonly options: Json
  readonly basis: Basis
  readonly changes: { readonly [address: string]: SavedChange }
}

/** Converts a plan to the form it is saved in. `guards`: the server's version of each resource that was observed. */
export function savedChanges(plan: Plan, guards: ReadonlyMap<string, string>): SavedPlan['changes'] {
  const entries = plan.changes.map((change) => {
    const guard = isWrite(change.action) ? (guards.get(change.address) ?? '') : ''
    // Adopting and keeping write nothing: a lost state must not invalidate a plan.
    const action = change.action === 'adopt' ? 'keep' : change.action
    return [change.address, { action, guard, edits: change.edits.map(savedEdit) }] as const
  })
  return Object.fromEntries(entries)
}

function savedEdit(edit: Edit): SavedEdit {
  return { pointer: edit.pointer, from: edit.from ?? null, to: edit.to ?? null, cause: edit.cause }
}

const PARTS: readonly (readonly [keyof Basis, string])[] = [
  ['file', 'desired-state.yaml'],
  ['chart', 'the chart'],
  ['archive', 'the release archive'],
  ['lineage', 'the state (a different one)'],
  ['serial', 'the state (changed by another apply)'],
]

const WORLD: readonly (readonly [keyof Basis['world'], string])[] = [
  ['cluster', 'the cluster'],
  ['objectStore', 'the object store'],
  ['objectStoreEndpoint', "the object store's address"],
  ['registries', 'the registry'],
]

/** What differs between a saved plan and the current plan, one phrase each; empty when the saved plan is still valid. */
export function mismatches(saved: Pick<SavedPlan, 'basis' | 'changes'>, basis: Basis, changes: SavedPlan['changes']): string[] {
  const savedBasis = saved.basis
  const parts = PARTS.filter(([key]) => !isEqual(savedBasis[key], basis[key])).map(([, name]) => name)
  const world = WORLD.filter(([key]) => !isEqual(savedBasis.world[key], basis.world[key])).map(([, name]) => name)
  const tool = savedBasis.tool === basis.tool ? [] : [`groundcrew's version (${savedBasis.tool}, now ${basis.tool})`]
  const causes = [...tool, ...parts, ...inputMismatches(savedBasis.inputs, basis.inputs), ...world]
  // Another cause changes the plan as well, so the resources on the server are not blamed for it.
  return causes.length > 0 ? causes : changeMismatches(saved.changes, changes)
}

function inputMismatches(before: Basis['inputs'], now: Basis['inputs']): string[] {
  return keysOf(before, now)
    .filter((pointer) => before[pointer] !== now[pointer])
    .map((pointer) => `the secret at ${pointer}`)
}

function changeMismatches(before: SavedPlan['changes'], now: SavedPlan['changes']): string[] {
  return keysOf(before, now)
    .filter((address) => !isEqual(before[address], now[address]))
    .map((address) => `${address} on the server`)
}

function keysOf(a: object, b: object): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort()
}

function isEqual(a: unknown, b: unknown): boolean {
  return canonicalJson((a ?? null) as Json) === canonicalJson((b ?? null) as Json)
}

const map = z.custom<Json>(isMap)
const anyFormat = z.looseObject({ format: z.number(), id: z.string() })
const savedPlan = z.looseObject({
  format: z.literal(1),
  id: z.string(),
  options: map,
  basis: z.looseObject({ inputs: map, world: map, chart: map }),
  changes: map,
  seal: z.string(),
})

/** Reads a saved plan; 'other-format' for one in another version's format, undefined for any other text. */
export function parseSavedPlan(text: string): SavedPlan | 'other-format' | undefined {
  const value = parseJson(text)
  if (savedPlan.safeParse(value).success) return value as SavedPlan
  const { data } = anyFormat.safeParse(value)
  return data === undefined || data.format === 1 ? undefined : 'other-format'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
