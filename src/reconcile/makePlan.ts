import type { Resolved } from '../installation/installation.ts'
import type { AnyDeclared, AnyKind, AnySeen, AnyWanted } from '../kinds/anyKind.ts'
import { type Edit, type Finding, type Look, NO_IMPACT, type Upstream, type WriteAction } from '../kinds/kind.ts'
import { decide } from '../plan/decide.ts'
import { inOrder } from '../plan/graph.ts'
import { isWrite, type Plan, type PlannedChange } from '../plan/plan.ts'
import { EVERYTHING, type Selection, select, unmatched } from '../plan/select.ts'
import type { State } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import { canonicalJson, type FactMap } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { type Undeclared, undeclared } from './undeclared.ts'

/** A plan and, kept beside it in memory, what can carry it out. */
export type Planned = {
  readonly plan: Plan
  readonly steps: ReadonlyMap<Address, Step>
  /** What was seen of every resource that was there: for the record. */
  readonly seen: ReadonlyMap<Address, { readonly facts: FactMap; readonly guard: string }>
}

export type Step = {
  readonly action: WriteAction
  readonly edits: readonly Edit[]
  readonly wanted: AnyWanted
  readonly after: readonly Address[]
}

/** One resource's way through the plan. */
type Outcome = {
  readonly change: PlannedChange
  readonly wanted?: AnyWanted
  readonly seen?: AnySeen
  readonly findings: readonly Finding[]
}

/**
 * Looks at everything at once, then walks the graph in order and decides. Reads only; nothing is thrown for a server
 * that does not answer: that resource and its dependents are blocked, and the plan says so.
 */
export async function makePlan(
  kinds: readonly AnyKind[],
  resolved: Resolved,
  state: State,
  look: Look,
  selection: Selection = EVERYTHING,
): Promise<Planned> {
  const all = inOrder(kinds.flatMap((kind) => kind.declare(resolved)))
  const unknown = unmatched(all, [...selection.target, ...selection.exclude])
  if (unknown.length > 0) throw new ProblemError(noSuchResource(unknown, all))
  const declared = select(all, selection)
  const seen = new Map(await Promise.all(declared.map(async (it) => [it.address, await it.observe(look)] as const)))
  const outcomes = new Map<Address, Outcome>()
  const fixedOf = new Map(kinds.map((kind) => [kind.name, kind.fixed]))
  for (const it of declared)
    outcomes.set(
      it.address,
      await planOne(it, seen.get(it.address) as AnySeen, outcomes, state, look, fixedOf.get(kindOf(it.address)) ?? []),
    )
  // A partial plan says nothing about what it did not look at.
  const rest = declared.length < all.length ? NO_REST : undeclared(kinds, state, declared, resolved.installation)
  return assemble([...outcomes.values()], rest, all.length - declared.length)
}

async function planOne(
  it: AnyDeclared,
  seen: AnySeen,
  before: ReadonlyMap<Address, Outcome>,
  state: State,
  look: Look,
  fixed: readonly string[],
): Promise<Outcome> {
  if (seen.shown.is === 'unknown') return blocked(it, seen.shown.why)
  const culprit = it.after.find((address) => before.get(address)?.change.action === 'blocked')
  if (culprit !== undefined) return blocked(it, waitsFor(it.address, culprit))
  try {
    const wanted = await seen.want(look, upstreamOf(before))
    return decided(it, seen, wanted, state.resources[it.address]?.facts as FactMap | undefined, fixed)
  } catch (error) {
    if (error instanceof ProblemError) return blocked(it, error.problems[0] as Problem)
    throw error
  }
}

function decided(it: AnyDeclared, seen: AnySeen, wanted: AnyWanted, last: FactMap | undefined, fixed: readonly string[]): Outcome {
  const shown = seen.shown
  const found = shown.is === 'present' ? { is: 'present' as const, facts: shown.facts, by: shown.by } : { is: 'absent' as const }
  const { action, edits } = decide({ wanted: wanted.facts, seen: found, last, origins: it.origins, fixed })
  const impact = isWrite(action) ? wanted.impact(action as WriteAction, edits) : NO_IMPACT
  const change = { address: it.address, action, edits, impact, after: it.after, wanted: wanted.facts }
  return { change, wanted, seen, findings: wanted.findings }
}

function blocked(it: AnyDeclared, why: Problem): Outcome {
  return { change: { address: it.address, action: 'blocked', edits: [], impact: NO_IMPACT, after: it.after, why }, findings: [] }
}

function waitsFor(address: Address, culprit: Address): Problem {
  return { code: BLOCKED_BY, summary: `${address} is not planned: it depends on ${culprit}.`, remedy: `Mend ${culprit} first.` }
}

const BLOCKED_BY = 'plan/blocked-by'

function upstreamOf(before: ReadonlyMap<Address, Outcome>): Upstream {
  const changes = (address: Address) => {
    const [wanted, seen] = [before.get(address)?.wanted?.served(), before.get(address)?.seen?.served()]
    return wanted !== undefined && seen !== undefined && canonicalJson(wanted) !== canonicalJson(seen)
  }
  return { served: (address) => before.get(address)?.wanted?.served(), changes }
}

function assemble(
  outcomes: readonly Outcome[],
  rest: { readonly changes: readonly PlannedChange[]; readonly problems: readonly Problem[] },
  notLookedAt: number,
): Planned {
  const changes = [...outcomes.map((one) => one.change), ...rest.changes]
  const reasons = changes.flatMap((change) => (change.why !== undefined && change.why.code !== BLOCKED_BY ? [change.why] : []))
  const plan = {
    changes,
    findings: outcomes.flatMap((one) => one.findings),
    problems: distinct([...reasons, ...rest.problems]),
    notLookedAt,
  }
  const afterAll = closures(outcomes.map((one) => one.change))
  const steps = new Map<Address, Step>()
  const seen = new Map<Address, { facts: FactMap; guard: string }>()
  for (const { change, wanted, seen: looked } of outcomes) {
    if (wanted !== undefined && isWrite(change.action))
      steps.set(change.address, {
        action: change.action as WriteAction,
        edits: change.edits,
        wanted,
        after: afterAll.get(change.address) ?? [],
      })
    if (looked?.shown.is === 'present') seen.set(change.address, { facts: looked.shown.facts, guard: looked.shown.guard })
  }
  return { plan, steps, seen }
}

/** All that each resource waits for, directly or through others; the changes come in order. */
function closures(changes: readonly PlannedChange[]): ReadonlyMap<Address, readonly Address[]> {
  const all = new Map<Address, readonly Address[]>()
  for (const { address, after } of changes) all.set(address, [...new Set(after.flatMap((other) => [other, ...(all.get(other) ?? [])]))])
  return all
}

const NO_REST: Undeclared = { changes: [], problems: [] }

function noSuchResource(names: readonly string[], all: readonly { readonly address: Address }[]): Problem {
  return {
    code: 'plan/no-such-resource',
    summary: `The installation has no ${names.join(', no ')}.`,
    detail: `It has: ${all.map((it) => it.address).join(', ')}.`,
    remedy: 'Name one of these, or a part of them: bucket, secret/NAMESPACE.',
  }
}

/** A server that is away is one problem, not one for each resource on it. */
function distinct(problems: readonly Problem[]): Problem[] {
  return [...new Map(problems.map((p) => [`${p.code} ${p.summary} ${p.at?.line}`, p])).values()]
}
