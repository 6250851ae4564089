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
  /** Addresses, or the beginning of some, that are left out by choice. */
  readonly skip: readonly string[]
  /** Fields known to differ; see ClusterKey. */
  readonly knownChanged: ReadonlyMap<Address, ReadonlySet<JsonPointer>>
  /** The file's. */
  readonly acceptances: readonly Acceptance[]
}

/** Looks at all that was applied and compares it with what the state remembers. Reads only; nothing is thrown for a server that is away. */
export async function detectDrift(asked: DriftInput): Promise<DriftReport> {
  const question = { ...asked, look: { ...asked.context, view: cachedView(asked.context.view) } }
  const remembered = Object.entries(question.state.resources) as [Address, StoredFacts][]
  const nodes = remembered.map(([address, { after }]) => ({ address, after: after as readonly Address[] }))
  const wrong = unmatched(nodes, question.skip)
  if (wrong.length > 0) throw new ProblemError(noSuchResource(wrong))
  const isSkipped = (address: Address) => matchesAny(address, question.skip)
  const checked = remembered.filter(([address]) => !isSkipped(address))
  const acceptances = new Acceptances(question.acceptances, question.look.now, showPointer)
  const outcomes = await Promise.all(checked.map(([address, stored]) => compare(question, acceptances, address, stored)))
  const unchecked = outcomes.flatMap((one) => ('why' in one ? [one] : []))
  const drifted = outcomes.flatMap((one) => ('drifted' in one && one.drifted ? [one.drifted] : []))
  const skipped = nodes.map(({ address }) => address).filter(isSkipped)
  const unseen = [...unchecked.map(({ address }) => address), ...skipped]
  return {
    comparedWith: 'state',
    checked: outcomes.length - unchecked.length,
    drifted,
    unchecked,
    skipped,
    findings: unusedAcceptances(
      question.acceptances,
      nodes.map(({ address }) => address),
      unseen,
      drifted,
    ),
    problems: [],
  }
}

type Outcome = { readonly drifted: DriftedResource | undefined } | { readonly address: Address; readonly why: Problem }

async function compare(
  { kinds, context: look, knownChanged }: DriftInput,
  acceptances: Acceptances,
  address: Address,
  stored: StoredFacts,
): Promise<Outcome> {
  const kind = kinds.find((one) => one.name === kindOf(address))
  if (kind === undefined) return { address, why: unknownKind(address) }
  try {
    const { public: shown } = await kind.recorded(storedResource(address, stored)).observe(look)
    if (shown.is === 'unknown') return { address, why: shown.why }
    const known = knownChanged.get(address)
    const applied = { facts: stored.facts as FactMap, guard: stored.guard }
    const { objects } = kind.traits
    const comparison = { address, applied, live: shown, acceptances, ...(known && { knownChanged: known }), ...(objects && { objects }) }
    return { drifted: driftOf(comparison) }
  } catch (error) {
    if (error instanceof ProblemError) return { address, why: error.problems[0] as Problem }
    throw error
  }
}

function unknownKind(address: Address): Problem {
  return {
    code: 'state/unknown-kind',
    summary: `The state holds ${address}, a kind that this version of groundcrew does not know.`,
    remedy: 'Use the version of groundcrew that wrote the state.',
  }
}

function noSuchResource(names: readonly string[]): Problem {
  return {
    code: 'drift/no-such-resource',
    summary: `The state remembers no ${names.join(', no ')}.`,
    remedy: 'List the addresses: groundcrew state list. The first parts of an address are enough.',
  }
}
