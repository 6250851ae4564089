import type { Resolved } from '../installation/installation.ts'
import type { ErasedDeclared, ErasedKind } from '../kinds/erasedKind.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { type Node, topologicalOrder } from '../plan/graph.ts'
import type { Plan } from '../plan/plan.ts'
import { EVERYTHING, type Selection, unmatched } from '../plan/select.ts'
import type { State } from '../state/state.ts'
import { Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { showPointer } from '../values/factKeys.ts'
import type { FactMap } from '../values/json.ts'
import { distinctProblems, type Problem, ProblemError } from '../values/problem.ts'
import { cachedView } from './cachedView.ts'
import { blockers, findOrphans, type Orphan, planOrphan } from './orphans.ts'
import { type DeclaredResource, planDeclared } from './planDeclared.ts'
import {
  BLOCKED_BY,
  type Bookkeep,
  type EarlierResources,
  type ObservedFacts,
  type PlannedResource,
  type Step,
  storedResource,
} from './plannedResource.ts'
import { selectWithReplacements } from './selectWithReplacements.ts'
import { unreadableRecords } from './unreadableRecords.ts'

/** A plan and, only in memory, what carries it out. */
export type Planned = {
  readonly plan: Plan
  readonly steps: ReadonlyMap<Address, Step>
  /** Every resource that exists, as it was observed: for the state. */
  readonly observed: ReadonlyMap<Address, ObservedFacts>
  /** They run at the end of an apply, see {@link Bookkeep}. */
  readonly bookkeepers: ReadonlyMap<Address, Bookkeep>
}

/** A resource of the plan, with all that it waits for. */
type Candidate = Node & {
  /** Observes it; the returned function plans it, once the resources that it waits for are planned. */
  observe(): Promise<(earlier: EarlierResources) => Promise<PlannedResource>>
}

/**
 * Observes everything at the same time, then walks the graph in order and plans each resource. Reads only. Nothing is
 * thrown for a server that does not respond: its resources and their dependents are blocked, and the plan shows that.
 */
export async function makePlan(
  kinds: readonly ErasedKind[],
  resolved: Resolved,
  state: State,
  uncached: ReadContext,
  selection: Selection = EVERYTHING,
): Promise<Planned> {
  const { installation } = resolved
  const context = { ...uncached, view: cachedView(uncached.view) }
  const declared = kinds.flatMap((kind) => kind.declare(resolved).map((resource) => ({ ...resource, kind })))
  const { orphans, problems } = findOrphans(kinds, state, declared, installation)
  const addresses = declared.map(({ address }) => address)
  const acceptances = new Acceptances(installation.drift.accept, context.now, showPointer)
  const inputs = { state, context, orphans, acceptances }
  const nodes = topologicalOrder([
    ...declared.map(({ kind, ...resource }) => declaredCandidate(kind, resource, inputs)),
    ...orphans.map((orphan) => orphanCandidate(orphan, context)),
  ])
  const unknown = unmatched(nodes, [...selection.target, ...selection.exclude])
  if (unknown.length > 0) throw new ProblemError(noSuchResource(unknown, nodes))
  const selected = selectWithReplacements(nodes, selection, orphans)
  const planned = await planInOrder(selected)
  // A partial plan states nothing about what it did not check, but a rename that is refused needs no check.
  return assemble(selected, planned, [...unreadableRecords(kinds, state, addresses), ...problems], nodes.length - selected.length)
}

type PlanInputs = {
  readonly state: State
  readonly context: ReadContext
  readonly orphans: readonly Orphan[]
  readonly acceptances: Acceptances
}

function declaredCandidate(kind: ErasedKind, declared: ErasedDeclared, inputs: PlanInputs): Candidate {
  const { state, context, orphans, acceptances } = inputs
  const { address } = declared
  const node = { address, after: [...declared.after, ...blockers(orphans, kind.name)] }
  const stored = state.resources[address]
  const resource: DeclaredResource = { declared, kind, node, last: stored?.facts as FactMap | undefined, acceptances }
  const observe = async () => {
    const observed = await declared.observe(context, stored && storedResource(address, stored))
    return (earlier: EarlierResources) => planDeclared(resource, observed, earlier, context)
  }
  return { ...node, observe }
}

function orphanCandidate(orphan: Orphan, context: ReadContext): Candidate {
  return { address: orphan.address, after: orphan.after, observe: () => planOrphan(orphan, context) }
}

async function planInOrder(candidates: readonly Candidate[]): Promise<EarlierResources> {
  const observed = await Promise.all(candidates.map(async (candidate) => ({ address: candidate.address, plan: await candidate.observe() })))
  const planned = new Map<Address, PlannedResource>()
  for (const { address, plan } of observed) planned.set(address, await plan(planned))
  return planned
}

function assemble(nodes: readonly Node[], planned: EarlierResources, refused: readonly Problem[], uncheckedCount: number): Planned {
  const resources = [...planned.values()]
  const changes = resources.map(({ change }) => change)
  const reasons = changes.flatMap(({ blockedBy }) => (blockedBy === undefined || blockedBy.code === BLOCKED_BY ? [] : [blockedBy]))
  const findings = resources.flatMap((resource) => resource.findings)
  const plan = { changes, findings, problems: distinctProblems([...reasons, ...refused]), uncheckedCount }
  const dependencies = transitiveDependencies(nodes)
  const steps = new Map<Address, Step>()
  const allObserved = new Map<Address, ObservedFacts>()
  const bookkeepers = new Map<Address, Bookkeep>()
  for (const [address, { step, observed, bookkeep }] of planned) {
    if (step !== undefined) steps.set(address, { ...step, after: dependencies.get(address) ?? [] })
    if (observed !== undefined) allObserved.set(address, observed)
    if (bookkeep !== undefined) bookkeepers.set(address, bookkeep)
  }
  return { plan, steps, observed: allObserved, bookkeepers }
}

/** All that each resource waits for, directly or through others; the nodes are in order. */
function transitiveDependencies(nodes: readonly Node[]): ReadonlyMap<Address, readonly Address[]> {
  const known = new Map<Address, readonly Address[]>()
  for (const { address, after } of nodes)
    known.set(address, [...new Set(after.flatMap((dependency) => [dependency, ...(known.get(dependency) ?? [])]))])
  return known
}

function noSuchResource(names: readonly string[], nodes: readonly Node[]): Problem {
  return {
    code: 'plan/no-such-resource',
    summary: `The installation has no ${names.map((name) => name || 'resource with an empty name').join(', no ')}.`,
    detail: `It has: ${nodes.map(({ address }) => address).join(', ')}.`,
    remedy: 'Name one of these, or the first parts of one.',
  }
}
