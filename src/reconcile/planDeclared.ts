import type { AnyDeclared, AnySeen, AnyWanted } from '../kinds/anyKind.ts'
import { type Finding, type Look, NO_IMPACT, type Upstream, type WriteAction } from '../kinds/kind.ts'
import { decide } from '../plan/decide.ts'
import type { Node } from '../plan/graph.ts'
import { isWrite } from '../plan/plan.ts'
import type { Acceptance, Acceptances } from '../values/acceptance.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type FactMap } from '../values/json.ts'
import { type Before, blocked, blockedBy, type Outcome, orBlocked } from './outcome.ts'

/** What is known of a declared resource before the world is looked at. */
export type Known = {
  /** Pointers of facts that only a replacement can change. */
  readonly fixed: readonly string[]
  /** The facts last applied, if the state remembers any. */
  readonly last: FactMap | undefined
  /** Differences that are let be. */
  readonly acceptances: Acceptances
}

/** Decides what is to be done to a declared resource that was looked at. `node`: with all that it waits for in this plan. */
export async function planDeclared(it: AnyDeclared, node: Node, seen: AnySeen, before: Before, look: Look, known: Known): Promise<Outcome> {
  if (seen.shown.is === 'unknown') return blocked(it, seen.shown.why)
  return blockedBy(node, before) ?? orBlocked(it, async () => decided(it, seen, await seen.want(look, upstreamOf(before)), known))
}

function decided(it: AnyDeclared, seen: AnySeen, wanted: AnyWanted, { fixed, last, acceptances }: Known): Outcome {
  const { address, after, origins, whenGone } = it
  const { shown } = seen
  const found = shown.is === 'present' ? { is: 'present' as const, facts: shown.facts, by: shown.by } : { is: 'absent' as const }
  const { action, edits } = decide({ wanted: wanted.facts, seen: found, last, origins, fixed, undoing: wanted.undoing })
  const accepted = (found.is === 'absent' ? [] : edits).flatMap((edit) => acceptances.of(address, edit.pointer) ?? [])
  if (action === 'repair' && accepted.length === edits.length) return letBe(it, seen, wanted, accepted)
  const write = isWrite(action) ? (action as WriteAction) : undefined
  const impact = write === undefined ? NO_IMPACT : wanted.impact(write, edits)
  return {
    change: { address, action, edits, impact, after, wanted: wanted.facts, ...(whenGone && { whenGone }) },
    ...(write && { step: { action: write, carryOut: (work) => wanted.converge(work, write, edits) } }),
    ...(shown.is === 'present' && {
      found: { facts: shown.facts, guard: shown.guard, ...(wanted.vouched && { vouched: wanted.vouched }) },
    }),
    ...(it.vouch && { vouch: it.vouch }),
    served: { is: seen.served(), willBe: wanted.served() },
    stale: wanted.stale,
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
function letBe(it: AnyDeclared, seen: AnySeen, wanted: AnyWanted, accepted: readonly Acceptance[]): Outcome {
  const { address, after, whenGone } = it
  const told = accepted.map(({ field, reason, until, at }) => ({
    address,
    code: 'plan/accepted-drift',
    summary: `${field} is not as declared, which is accepted until ${until}: ${reason}.`,
    ...(at && { at }),
    remedy: 'To have it repaired, take it out of drift.accept.',
  }))
  const served = seen.served()
  return {
    change: { address, action: 'accept', edits: [], impact: NO_IMPACT, after, ...(whenGone && { whenGone }) },
    ...(served && { served: { is: served, willBe: served } }),
    findings: [...told, ...wanted.findings],
  }
}

function upstreamOf(before: Before): Upstream {
  const changes = (address: Address) => {
    const { is, willBe } = before.get(address)?.served ?? {}
    return is !== undefined && willBe !== undefined && canonicalJson(willBe) !== canonicalJson(is)
  }
  return {
    served: (address) => before.get(address)?.served?.willBe,
    changes,
    stale: (address) => before.get(address)?.stale ?? new Map(),
  }
}
