import type { Resolved } from '../installation/installation.ts'
import type { ErasedDeclared, ErasedKind } from '../kinds/erasedKind.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { type Node, topologicalOrder } from '../plan/graph.ts'
import type { Plan } from '../plan/plan.ts'
import { EVERYTHING, type Selection, unmatched } from '../plan/select.ts'
import type { State } from '../state/state.ts'
import { Acceptances } from '../values/acceptance.ts'
import { type Address, kindOf } from '../values/address.ts'
import { showPointer } from '../values/factKeys.ts'
import type { FactMap } from '../values/json.ts'
import { distinctProblems, type Problem, ProblemError } from '../values/problem.ts'
import { cachedView } from './cachedView.ts'
import { blockers, findOrphans, type Orphan, planOrphan } from './orphans.ts'
import { planDeclared } from './planDeclared.ts'
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

/** A plan and, kept beside it in memory, what can carry it out. */
export type Planned = {
  readonly plan: Plan
  readonly steps: ReadonlyMap<Address, Step>
  /** What was seen of every resource that was there: for the record. */
  readonly observed: ReadonlyMap<Address, ObservedFacts>
  /** What is asked at the end of an apply, see {@link Bookkeep}. */
  readonly bookkeepers: ReadonlyMap<Address, Bookkeep>
}

/** A resource of the plan, with all that it waits for. */
type Candidate = Node & {
  /** Looks at it; the answer decides, once it is known what becomes of those it waits for. */
  observe(): Promise<(before: EarlierResources) => Promise<PlannedResource>>
}

/**
 * Looks at everything at once, then walks the graph in order and decides. Reads only; nothing is thrown for a server
 * that does not answer: that resource and its dependents are blocked, and the plan says so.
 */
export async function makePlan(
  kinds: readonly ErasedKind[],
  resolved: Resolved,
  state: State,
  asked: ReadContext,
  selection: Selection = EVERYTHING,
): Promise<Planned> {
  const look = { ...asked, view: cachedView(asked.view) }
  const declared = kinds.flatMap((kind) => kind.declare(resolved))
  const { orphans: gone, problems } = findOrphans(kinds, state, declared, resolved.installation)
  const unreadable = unreadableRecords(
    kinds,
    state,
    declared.map((it) => it.address),
  )
  const acceptances = new Acceptances(resolved.installation.drift.accept, look.now, showPointer)
  const setting = { kinds, state, look, gone, acceptances }
  const all = topologicalOrder([...declared.map((it) => declaredNode(it, setting)), ...gone.map((it) => orphanNode(it, look))])
  const unknown = unmatched(all, [...selection.target, ...selection.exclude])
  if (unknown.length > 0) throw new ProblemError(noSuchResource(unknown, all))
  const selected = selectWithReplacements(all, selection, gone)
  const looked = await Promise.all(selected.map((it) => it.observe()))
  const outcomes = new Map<Address, PlannedResource>()
  for (const [i, { address }] of selected.entries())
    outcomes.set(address, await (looked[i] as (before: EarlierResources) => Promise<PlannedResource>)(outcomes))
  // A partial plan says nothing about what it did not look at, but a rename that is refused needs no look.
  return assemble(selected, outcomes, [...unreadable, ...problems], all.length - selected.length)
}

type PlanInputs = {
  readonly kinds: readonly ErasedKind[]
  readonly state: State
  readonly look: ReadContext
  readonly gone: readonly Orphan[]
  readonly acceptances: Acceptances
}

function declaredNode(it: ErasedDeclared, { gone, kinds, state, look, acceptances }: PlanInputs): Candidate {
  const kind = kinds.find(({ name }) => name === kindOf(it.address)) as ErasedKind
  const node = { address: it.address, after: [...it.after, ...blockers(gone, kind.name)] }
  const stored = state.resources[it.address]
  const known = { kind, last: stored?.facts as FactMap | undefined, acceptances }
  const observe = async () => {
    const seen = await it.observe(look, stored && storedResource(it.address, stored))
    return (before: EarlierResources) => planDeclared(it, node, seen, before, look, known)
  }
  return { ...node, observe }
}

function orphanNode(it: Orphan, look: ReadContext): Candidate {
  return { address: it.address, after: it.after, observe: () => planOrphan(it, look) }
}

function assemble(nodes: readonly Node[], outcomes: EarlierResources, refused: readonly Problem[], uncheckedCount: number): Planned {
  const all = [...outcomes.values()]
  const changes = all.map((one) => one.change)
  const reasons = changes.flatMap((change) =>
    change.blockedBy !== undefined && change.blockedBy.code !== BLOCKED_BY ? [change.blockedBy] : [],
  )
  const plan = {
    changes,
    findings: all.flatMap((one) => one.findings),
    problems: distinctProblems([...reasons, ...refused]),
    uncheckedCount,
  }
  const afterAll = closures(nodes)
  const steps = new Map<Address, Step>()
  const seen = new Map<Address, ObservedFacts>()
  const bookkeepers = new Map<Address, Bookkeep>()
  for (const [address, { step, observed: found, bookkeep }] of outcomes) {
    if (step !== undefined) steps.set(address, { ...step, after: afterAll.get(address) ?? [] })
    if (found !== undefined) seen.set(address, found)
    if (bookkeep !== undefined) bookkeepers.set(address, bookkeep)
  }
  return { plan, steps, observed: seen, bookkeepers }
}

/** All that each resource waits for, directly or through others; the nodes come in order. */
function closures(nodes: readonly Node[]): ReadonlyMap<Address, readonly Address[]> {
  const all = new Map<Address, readonly Address[]>()
  for (const { address, after } of nodes) all.set(address, [...new Set(after.flatMap((other) => [other, ...(all.get(other) ?? [])]))])
  return all
}

function noSuchResource(names: readonly string[], all: readonly Node[]): Problem {
  return {
    code: 'plan/no-such-resource',
    summary: `The installation has no ${names.map((name) => name || 'resource with an empty name').join(', no ')}.`,
    detail: `It has: ${all.map((it) => it.address).join(', ')}.`,
    remedy: 'Name one of these, or the first parts of one.',
  }
}
