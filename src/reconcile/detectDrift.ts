import type { ErasedKind } from '../kinds/erasedKind.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { type DriftedResource, type DriftReport, driftOf } from '../plan/drift.ts'
import { matchesAny, unmatched } from '../plan/select.ts'
import { unusedAcceptances } from '../plan/unusedAcceptances.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { type Acceptance, Acceptances } from '../values/acceptance.ts'
import { type Address, kindOf } from '../values/address.ts'
import { showPointer } from '../values/factKeys.ts'
import type { FactMap, JsonPointer } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { cachedView } from './cachedView.ts'
import { storedResource } from './plannedResource.ts'

export type DriftInput = {
  readonly kinds: readonly ErasedKind[]
  readonly state: State
  readonly context: ReadContext
  /** Addresses, or the first parts of some, that are not checked. */
  readonly skip: readonly string[]
  /** Fields known to have changed; see ClusterKey. */
  readonly knownChanged: ReadonlyMap<Address, ReadonlySet<JsonPointer>>
  /** Those of the file. */
  readonly acceptances: readonly Acceptance[]
}

/** Reads everything that was applied and compares it with the state. What cannot be read is unchecked; nothing is thrown for it. */
export async function detectDrift({ state, skip, ...input }: DriftInput): Promise<DriftReport> {
  const { now, view } = input.context
  const comparison: Comparison = {
    ...input,
    context: { ...input.context, view: cachedView(view) },
    acceptances: new Acceptances(input.acceptances, now, showPointer),
  }
  const records = Object.entries(state.resources) as [Address, StoredFacts][]
  const nodes = records.map(([address, { after }]) => ({ address, after: after as readonly Address[] }))
  const addresses = nodes.map(({ address }) => address)
  const unknown = unmatched(nodes, skip)
  if (unknown.length > 0) throw new ProblemError(noSuchResource(unknown))
  const skipped = addresses.filter((address) => matchesAny(address, skip))
  const checked = records.filter(([address]) => !skipped.includes(address))
  const results = await Promise.all(checked.map(([address, stored]) => compare(comparison, address, stored)))
  const unchecked = results.flatMap((result) => ('why' in result ? [result] : []))
  const drifted = results.flatMap((result) => ('drifted' in result && result.drifted ? [result.drifted] : []))
  const uncheckedAddresses = [...unchecked.map(({ address }) => address), ...skipped]
  return {
    comparedWith: 'state',
    checked: results.length - unchecked.length,
    drifted,
    unchecked,
    skipped,
    findings: unusedAcceptances(input.acceptances, addresses, uncheckedAddresses, drifted),
    problems: [],
  }
}

type Comparison = Pick<DriftInput, 'kinds' | 'context' | 'knownChanged'> & { readonly acceptances: Acceptances }
type CompareResult = { readonly drifted: DriftedResource | undefined } | { readonly address: Address; readonly why: Problem }

async function compare(
  { kinds, context, knownChanged, acceptances }: Comparison,
  address: Address,
  stored: StoredFacts,
): Promise<CompareResult> {
  const kind = kinds.find(({ name }) => name === kindOf(address))
  if (kind === undefined) return { address, why: unknownKind(address) }
  try {
    const { public: live } = await kind.recorded(storedResource(address, stored)).observe(context)
    if (live.is === 'unknown') return { address, why: live.why }
    const known = knownChanged.get(address)
    const { objects } = kind.traits
    const applied = { facts: stored.facts as FactMap, guard: stored.guard }
    const optional = { ...(known && { knownChanged: known }), ...(objects && { objects }) }
    return { drifted: driftOf({ address, applied, live, acceptances, ...optional }) }
  } catch (error) {
    if (error instanceof ProblemError) return { address, why: error.problems[0] as Problem }
    throw error
  }
}

function unknownKind(address: Address): Problem {
  return {
    code: 'state/unknown-kind',
    summary: `The state has a record of ${address}, a kind of resource that this version of groundcrew does not know.`,
    remedy: 'Use the version of groundcrew that wrote the state.',
  }
}

function noSuchResource(names: readonly string[]): Problem {
  return {
    code: 'drift/no-such-resource',
    summary: `The state has no record of ${names.join(', nor of ')}.`,
    remedy: 'List the addresses: groundcrew state list. The first parts of an address are enough.',
  }
}
