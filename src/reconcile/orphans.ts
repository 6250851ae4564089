import type { Installation } from '../installation/installation.ts'
import type { ErasedKind, ErasedRecordedObservation } from '../kinds/erasedKind.ts'
import { NO_IMPACT, type ReadContext, type RemovalPolicy } from '../kinds/kind.ts'
import { dependents, type Node } from '../plan/graph.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import { adoptedBlocksReplacement, renamed, unknownKind } from './orphanProblems.ts'
import {
  blocked,
  blockedByDependency,
  type EarlierResources,
  type ObservedFacts,
  orBlocked,
  type PlannedResource,
  storedResource,
} from './plannedResource.ts'

/** A resource that the state remembers and the file no longer declares. It waits for everything that depended on it. */
export type Orphan = Node & { readonly kind: ErasedKind; readonly stored: StoredFacts; readonly disposition: 'remove' | 'forget' }

export type Orphans = { readonly orphans: readonly Orphan[]; readonly problems: readonly Problem[] }

const HOLDS_DATA: RemovalPolicy = { created: 'refuse', adopted: 'refuse' }
const HOLDS_NO_DATA: RemovalPolicy = { created: 'forget', adopted: 'forget' }

/**
 * What happens to resources that the file no longer declares: removed only if the journal proves that groundcrew created
 * them, and never when that would lose data. Reads nothing.
 */
export function findOrphans(kinds: readonly ErasedKind[], state: State, declared: readonly Node[], installation: Installation): Orphans {
  const declaredAddresses = new Set(declared.map(({ address }) => address))
  const records = Object.entries(state.resources) as [Address, StoredFacts][]
  const dependentsOf = dependents(records.map(([address, { after }]) => ({ address, after: after as readonly Address[] })))
  const [orphans, problems]: [Orphan[], Problem[]] = [[], []]
  for (const [address, stored] of records.filter(([recorded]) => !declaredAddresses.has(recorded))) {
    const kind = kinds.find(({ name }) => name === kindOf(address))
    const disposition = kind && dispositionOf(kind, stored)
    if (kind === undefined) problems.push(unknownKind(address))
    else if (disposition === 'remove' || disposition === 'forget')
      orphans.push({ address, after: (dependentsOf.get(address) ?? []).map((node) => node.address), kind, stored, disposition })
    else problems.push((stored.removalPolicy === undefined ? renamed : adoptedBlocksReplacement)(address, kind.traits, installation))
  }
  return { orphans, problems }
}

function dispositionOf(kind: ErasedKind, { removalPolicy, provenance }: StoredFacts): 'remove' | 'forget' | 'refuse' {
  const { created, adopted } = removalPolicy ?? (kind.holdsData ? HOLDS_DATA : HOLDS_NO_DATA)
  return provenance === 'created' ? created : adopted
}

/** True for an orphan that must be removed before another resource of its kind is created. */
export function isRemovedFirst({ disposition, stored }: Orphan): boolean {
  return disposition === 'remove' && stored.removalPolicy?.removeFirst === true
}

/** The addresses that a resource of this kind waits for: their removal comes first. */
export function blockers(orphans: readonly Orphan[], kind: string): readonly Address[] {
  return orphans.filter((orphan) => isRemovedFirst(orphan) && orphan.kind.name === kind).map(({ address }) => address)
}

/** Observes an orphan; the returned function plans it, once the resources that it waits for are planned. */
export async function planOrphan(orphan: Orphan, context: ReadContext): Promise<(earlier: EarlierResources) => Promise<PlannedResource>> {
  const { address, kind, stored, disposition } = orphan
  if (disposition === 'forget') return async () => forgotten(orphan)
  let observed: ErasedRecordedObservation
  const unread = await orBlocked(orphan, async () => {
    observed = await kind.recorded(storedResource(address, stored)).observe(context)
    return forgotten(orphan)
  })
  return async (earlier) => {
    if (unread.change.action === 'blocked') return unread
    const { public: live } = observed
    if (live.is === 'unknown') return blocked(orphan, live.why)
    if (live.is === 'absent') return forgotten(orphan)
    const facts = { facts: live.facts, guard: live.guard }
    return blockedByDependency(orphan, earlier) ?? orBlocked(orphan, async () => removed(orphan, observed, facts, context))
  }
}

async function removed(
  { address, after }: Node,
  orphan: ErasedRecordedObservation,
  observed: ObservedFacts,
  context: ReadContext,
): Promise<PlannedResource> {
  const impact = await orphan.removal(context)
  if ('declined' in impact) return kept({ address, after }, impact.declined)
  const carryOut = async (apply: Parameters<ErasedRecordedObservation['remove']>[0]) => {
    await orphan.remove(apply)
    return undefined
  }
  return {
    change: { address, action: 'remove', edits: [], impact, after },
    step: { action: 'remove', carryOut },
    observed,
    findings: [],
  }
}

/** Neither removed nor forgotten, so that a later plan removes it as soon as that is possible; until then it is a finding. */
function kept({ address, after }: Node, reason: Problem): PlannedResource {
  return { change: { address, action: 'keep', edits: [], impact: NO_IMPACT, after }, findings: [{ ...reason, address }] }
}

function forgotten({ address, after }: Node): PlannedResource {
  return { change: { address, action: 'forget', edits: [], impact: NO_IMPACT, after }, findings: [] }
}
