import type { Installation } from '../installation/installation.ts'
import type { AnyKind, AnySeenRecorded } from '../kinds/anyKind.ts'
import { type Look, NO_IMPACT, type WhenGone } from '../kinds/kind.ts'
import { dependents, type Node } from '../plan/graph.ts'
import type { State, StoredFacts } from '../state/state.ts'
import { type Address, kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import { asResource, type Before, blocked, blockedBy, type Outcome, orBlocked } from './outcome.ts'
import { adoptedStays, renamed, unknownKind } from './undeclaredProblems.ts'

/** A resource that the state remembers and the file no longer declares. It waits for all that stood on it. */
export type Gone = Node & { readonly kind: AnyKind; readonly stored: StoredFacts; readonly fate: 'remove' | 'forget' }

export type Undeclared = { readonly gone: readonly Gone[]; readonly problems: readonly Problem[] }

const HOLDS_DATA: WhenGone = { created: 'refuse', adopted: 'refuse' }
const HOLDS_NONE: WhenGone = { created: 'forget', adopted: 'forget' }

/**
 * What is to become of resources that the file dropped: removed only if the journal proved that we made them, and never
 * when that would lose data. Looks at nothing.
 */
export function undeclared(kinds: readonly AnyKind[], state: State, declared: readonly Node[], installation: Installation): Undeclared {
  const known = new Set(declared.map((it) => it.address))
  const records = (Object.entries(state.resources) as [Address, StoredFacts][]).map(([address, stored]) => ({ address, stored }))
  const standOn = dependents(records.map(({ address, stored }) => ({ address, after: stored.after as readonly Address[] })))
  const [gone, problems]: [Gone[], Problem[]] = [[], []]
  for (const { address, stored } of records.filter((one) => !known.has(one.address))) {
    const kind = kinds.find((one) => one.name === kindOf(address))
    const fate = kind && fateOf(kind, stored)
    if (kind === undefined) problems.push(unknownKind(address))
    else if (fate === 'remove' || fate === 'forget')
      gone.push({ address, after: (standOn.get(address) ?? []).map((node) => node.address), kind, stored, fate })
    else problems.push(stored.whenGone === undefined ? renamed(address, installation) : adoptedStays(address, installation))
  }
  return { gone, problems }
}

function fateOf(kind: AnyKind, { whenGone, provenance }: StoredFacts): 'remove' | 'forget' | 'refuse' {
  const { created, adopted } = whenGone ?? (kind.holdsData ? HOLDS_DATA : HOLDS_NONE)
  return provenance === 'created' ? created : adopted
}

/** The addresses that a resource of this kind must wait for: they make way for it. */
export function makingWay(gone: readonly Gone[], kind: string): readonly Address[] {
  return gone.filter((one) => one.fate === 'remove' && one.stored.whenGone?.makesWay && one.kind.name === kind).map((one) => one.address)
}

/** Looks at what is to be removed; the answer decides, once it is known what becomes of the others. */
export async function lookAtGone(it: Gone, look: Look): Promise<(before: Before) => Promise<Outcome>> {
  const { address, after, kind, stored, fate } = it
  if (fate === 'forget') return async () => forgotten(it)
  const facts = asResource(address, stored)
  let seen: AnySeenRecorded
  const unread = await orBlocked(it, async () => {
    seen = await kind.recorded(facts).observe(look)
    return forgotten(it)
  })
  return async (before) => {
    if (unread.change.action === 'blocked') return unread
    if (seen.shown.is === 'unknown') return blocked(it, seen.shown.why)
    if (seen.shown.is === 'absent') return forgotten(it)
    const found = { facts: seen.shown.facts, guard: seen.shown.guard }
    return blockedBy(it, before) ?? orBlocked(it, async () => removed({ address, after }, seen, found, look))
  }
}

async function removed({ address, after }: Node, seen: AnySeenRecorded, found: Outcome['found'], look: Look): Promise<Outcome> {
  const impact = await seen.removal(look)
  if ('stays' in impact) return kept({ address, after }, impact.stays)
  const carryOut: NonNullable<Outcome['step']>['carryOut'] = async (work) => {
    await seen.remove(work)
    return undefined
  }
  return {
    change: { address, action: 'remove', edits: [], impact, after },
    step: { action: 'remove', carryOut },
    ...(found && { found }),
    findings: [],
  }
}

/** It is neither removed nor forgotten, so that it goes as soon as it can; meanwhile a person should know. */
function kept({ address, after }: Node, why: Problem): Outcome {
  return { change: { address, action: 'keep', edits: [], impact: NO_IMPACT, after }, findings: [{ ...why, address }] }
}

function forgotten({ address, after }: Node): Outcome {
  return { change: { address, action: 'forget', edits: [], impact: NO_IMPACT, after }, findings: [] }
}
