import type { ErasedDeclared, ErasedDesire, ErasedKind, ErasedObservation } from '../kinds/erasedKind.ts'
import { type Finding, NO_IMPACT, type ReadContext, type Upstream, type WriteAction } from '../kinds/kind.ts'
import { decide } from '../plan/decide.ts'
import type { Node } from '../plan/graph.ts'
import { isWrite } from '../plan/plan.ts'
import type { Acceptance, Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type FactMap } from '../values/json.ts'
import { blocked, blockedBy, type EarlierResources, orBlocked, type PlannedResource } from './plannedResource.ts'

/** What is known of a declared resource before the world is looked at. */
export type KnownBefore = {
  /** The kind of the resource. */
  readonly kind: Pick<ErasedKind, 'replaceOnly' | 'traits'>
  /** The facts last applied, if the state remembers any. */
  readonly last: FactMap | undefined
  /** Differences that are let be. */
  readonly acceptances: Acceptances
}

/** Decides what is to be done to a declared resource that was looked at. `node`: with all that it waits for in this plan. */
export async function planDeclared(
  it: ErasedDeclared,
  node: Node,
  seen: ErasedObservation,
  before: EarlierResources,
  look: ReadContext,
  known: KnownBefore,
): Promise<PlannedResource> {
  if (seen.public.is === 'unknown') return blocked(it, seen.public.why)
  return blockedBy(node, before) ?? orBlocked(it, async () => decided(it, seen, await seen.desire(look, upstreamOf(before)), known))
}

function decided(
  it: ErasedDeclared,
  seen: ErasedObservation,
  wanted: ErasedDesire,
  { kind, last, acceptances }: KnownBefore,
): PlannedResource {
  const { address, after, origins, removalPolicy } = it
  const { public: shown } = seen
  const { objects } = kind.traits
  const found = shown.is === 'present' ? { is: 'present' as const, facts: shown.facts, by: shown.by } : { is: 'absent' as const }
  const { action, edits } = decide({
    desired: wanted.facts,
    observed: found,
    last,
    origins,
    replaceOnly: kind.replaceOnly,
    repairPointers: wanted.repairPointers,
  })
  const accepted = (found.is === 'absent' ? [] : edits).flatMap((edit) => acceptances.of(address, edit.pointer) ?? [])
  if (action === 'repair' && accepted.length === edits.length) return acceptDrift(it, seen, wanted, accepted)
  const write = isWrite(action) ? (action as WriteAction) : undefined
  const impact = write === undefined ? NO_IMPACT : wanted.impact(write, edits)
  return {
    change: {
      address,
      action,
      edits,
      impact,
      after,
      desired: wanted.facts,
      ...(objects && { objects }),
      ...(removalPolicy && { removalPolicy }),
    },
    ...(write && { step: { action: write, carryOut: (work) => wanted.converge(work, write, edits) } }),
    ...(shown.is === 'present' && {
      observed: { facts: shown.facts, guard: shown.guard, ...(wanted.bookkeeping && { bookkeeping: wanted.bookkeeping }) },
    }),
    ...(it.bookkeep && { bookkeep: it.bookkeep }),
    exposed: { is: seen.exposedTo(), willBe: wanted.exposedTo() },
    outdatedReaders: wanted.outdatedReaders,
    findings: [...accepted.map((one) => undone(address, one)), ...wanted.findings],
  }
}

/** A change that has more in it than what is let be is planned whole: nobody may learn of that afterwards only. */
function undone(address: Address, { field, reason, until, at }: Acceptance): Finding {
  return {
    address,
    code: 'plan/accepted-undone',
    summary: `${field} is accepted until ${until} (${reason}), and becomes as declared with the other changes of ${address}.`,
    ...(at && { at }),
    remedy: 'To keep it, declare it so, or leave this resource out: -exclude.',
  }
}

/** Nothing is done and nothing is recorded, so that the difference shows again when its day is over. */
function acceptDrift(it: ErasedDeclared, seen: ErasedObservation, wanted: ErasedDesire, accepted: readonly Acceptance[]): PlannedResource {
  const { address, after, removalPolicy } = it
  const told = accepted.map(({ field, reason, until, at }) => ({
    address,
    code: 'plan/accepted-drift',
    summary: `${field} is not as declared, which is accepted until ${until}: ${reason}.`,
    ...(at && { at }),
    remedy: 'To have it repaired, take it out of drift.accept.',
  }))
  const served = seen.exposedTo()
  return {
    change: { address, action: 'accept', edits: [], impact: NO_IMPACT, after, ...(removalPolicy && { removalPolicy }) },
    ...(served && { exposed: { is: served, willBe: served } }),
    findings: [...told, ...wanted.findings],
  }
}

function upstreamOf(before: EarlierResources): Upstream {
  const changes = (address: Address) => {
    const { is, willBe } = before.get(address)?.exposed ?? {}
    return is !== undefined && willBe !== undefined && canonicalJson(willBe) !== canonicalJson(is)
  }
  return {
    exposedTo: (address) => before.get(address)?.exposed?.willBe,
    changes,
    outdatedReaders: (address) => before.get(address)?.outdatedReaders ?? new Map(),
  }
}
