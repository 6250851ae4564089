import type { Installation } from '../installation/installation.ts'
import type { ErasedKind, ErasedRecordedObservation } from '../kinds/erasedKind.ts'
import { NO_IMPACT, type ReadContext, type RemovalPolicy } from '../kinds/kind.ts'
import { dependents, type Node } from '../plan/graph.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import { adoptedBlocks, renamed, unknownKind } from './orphanProblems.ts'
import { blocked, blockedBy, type EarlierResources, orBlocked, type PlannedResource, storedResource } from './plannedResource.ts'

/** A resource that the state remembers and the file no longer declares. It waits for all that stood on it. */
export type Orphan = Node & { readonly kind: ErasedKind; readonly stored: StoredFacts; readonly disposition: 'remove' | 'forget' }

export type Orphans = { readonly orphans: readonly Orphan[]; readonly problems: readonly Problem[] }

const HOLDS_DATA: RemovalPolicy = { created: 'refuse', adopted: 'refuse' }
const HOLDS_NONE: RemovalPolicy = { created: 'forget', adopted: 'forget' }

/**
 * What is to become of resources that the file dropped: removed only if the journal proved that we made them, and never
 * when that would lose data. Looks at nothing.
 */
export function findOrphans(kinds: readonly ErasedKind[], state: State, declared: readonly Node[], installation: Installation): Orphans {
  const known = new Set(declared.map((it) => it.address))
  const records = (Object.entries(state.resources) as [Address, StoredFacts][]).map(([address, stored]) => ({ address, stored }))
  const standOn = dependents(records.map(({ address, stored }) => ({ address, after: stored.after as readonly Address[] })))
  const [gone, problems]: [Orphan[], Problem[]] = [[], []]
  for (const { address, stored } of records.filter((one) => !known.has(one.address))) {
    const kind = kinds.find((one) => one.name === kindOf(address))
    const fate = kind && dispositionOf(kind, stored)
    if (kind === undefined) problems.push(unknownKind(address))
    else if (fate === 'remove' || fate === 'forget')
      gone.push({ address, after: (standOn.get(address) ?? []).map((node) => node.address), kind, stored, disposition: fate })
    else problems.push((stored.removalPolicy === undefined ? renamed : adoptedBlocks)(address, kind.traits, installation))
  }
  return { orphans: gone, problems }
}

function dispositionOf(kind: ErasedKind, { removalPolicy, provenance }: StoredFacts): 'remove' | 'forget' | 'refuse' {
  const { created, adopted } = removalPolicy ?? (kind.holdsData ? HOLDS_DATA : HOLDS_NONE)
  return provenance === 'created' ? created : adopted
}

/** The addresses that a resource of this kind must wait for: they make way for it. */
export function blockers(gone: readonly Orphan[], kind: string): readonly Address[] {
  return gone
    .filter((one) => one.disposition === 'remove' && one.stored.removalPolicy?.removeFirst && one.kind.name === kind)
    .map((one) => one.address)
}

/** Looks at what is to be removed; the answer decides, once it is known what becomes of the others. */
export async function planOrphan(it: Orphan, look: ReadContext): Promise<(before: EarlierResources) => Promise<PlannedResource>> {
  const { address, after, kind, stored, disposition: fate } = it
  if (fate === 'forget') return async () => forgotten(it)
  const facts = storedResource(address, stored)
  let seen: ErasedRecordedObservation
  const unread = await orBlocked(it, async () => {
    seen = await kind.recorded(facts).observe(look)
    return forgotten(it)
  })
  return async (before) => {
    if (unread.change.action === 'blocked') return unread
    if (seen.public.is === 'unknown') return blocked(it, seen.public.why)
    if (seen.public.is === 'absent') return forgotten(it)
    const found = { facts: seen.public.facts, guard: seen.public.guard }
    return blockedBy(it, before) ?? orBlocked(it, async () => removed({ address, after }, seen, found, look))
  }
}

async function removed(
  { address, after }: Node,
  seen: ErasedRecordedObservation,
  found: PlannedResource['observed'],
  look: ReadContext,
): Promise<PlannedResource> {
  const impact = await seen.removal(look)
  if ('declined' in impact) return kept({ address, after }, impact.declined)
  const carryOut: NonNullable<PlannedResource['step']>['carryOut'] = async (work) => {
    await seen.remove(work)
    return undefined
  }
  return {
    change: { address, action: 'remove', edits: [], impact, after },
    step: { action: 'remove', carryOut },
    ...(found && { observed: found }),
    findings: [],
  }
}

/** It is neither removed nor forgotten, so that it goes as soon as it can; meanwhile a person should know. */
function kept({ address, after }: Node, why: Problem): PlannedResource {
  return { change: { address, action: 'keep', edits: [], impact: NO_IMPACT, after }, findings: [{ ...why, address }] }
}

function forgotten({ address, after }: Node): PlannedResource {
  return { change: { address, action: 'forget', edits: [], impact: NO_IMPACT, after }, findings: [] }
}
