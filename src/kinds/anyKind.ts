import type { Resolved } from '../installation/installation.ts'
import type { Address } from '../values/address.ts'
import type { FactMap, Json, JsonPointer } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import {
  type Attribution,
  type Converged,
  type Declared,
  type Edit,
  type Finding,
  type Impact,
  type Kind,
  type Look,
  NO_IMPACT,
  type Observation,
  type Origins,
  type Recorded,
  type Stale,
  type Stays,
  type Upstream,
  type Watched,
  type WhenGone,
  type Work,
  type WriteAction,
} from './kind.ts'

/**
 * A kind whose type parameters are forgotten behind closures: what is looked at, wanted and converged stays with the
 * kind it came from, so one kind's facts cannot reach another's converge. (A list of `Kind<any, …>` would type-check
 * by bivariance and prove nothing.)
 */
export interface AnyKind {
  readonly name: string
  readonly holdsData: boolean
  readonly fixed: readonly string[]
  declare(it: Resolved): readonly AnyDeclared[]
  /** A resource as the state remembers it. Throws a ProblemError for facts this version cannot read. */
  recorded(stored: StoredResource): AnyRecorded
}

/** What the state keeps of a resource. */
export type StoredResource = Omit<Recorded<Json>, 'address'> & { readonly address: Address }

export interface AnyDeclared {
  readonly address: Address
  readonly after: readonly Address[]
  readonly origins: Origins
  readonly whenGone?: WhenGone
  /** `last`: what the state remembers of it. */
  observe(look: Look, last?: StoredResource): Promise<AnySeen>
  /** See {@link Kind.vouch}. */
  vouch?(look: Look, last: StoredResource): Promise<FactMap | undefined>
}

/** An observation without its evidence. */
export type Shown =
  | {
      readonly is: 'present'
      readonly facts: FactMap
      readonly guard: string
      readonly by: ReadonlyMap<string, Attribution>
      readonly watched: readonly Watched[]
    }
  | { readonly is: 'absent'; readonly provedBy: string }
  | { readonly is: 'unknown'; readonly why: Problem }

export interface AnySeen {
  readonly shown: Shown
  /** What readers read of it as it is; undefined when it is not there. */
  served(): FactMap | undefined
  want(look: Look, upstream: Upstream): Promise<AnyWanted>
}

export interface AnyWanted {
  readonly facts: FactMap
  readonly findings: readonly Finding[]
  readonly stale: Stale
  readonly undoing: readonly JsonPointer[]
  readonly vouched?: FactMap
  served(): FactMap
  impact(action: WriteAction, edits: readonly Edit[]): Impact
  converge(work: Work, action: WriteAction, edits: readonly Edit[]): Promise<Converged<FactMap>>
}

export interface AnyRecorded {
  readonly address: Address
  readonly after: readonly Address[]
  observe(look: Look): Promise<AnySeenRecorded>
}

export interface AnySeenRecorded {
  readonly shown: Shown
  /** What its removal means, or why it stays. Throws a ProblemError when that cannot be said. */
  removal(look: Look): Promise<Impact | Stays>
  remove(work: Work): Promise<void>
}

/** Hides a kind's types; see {@link AnyKind}. */
export function forget<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>): AnyKind {
  return {
    name: kind.name,
    holdsData: kind.holdsData,
    fixed: kind.fixed,
    declare: (it) => kind.declare(it).map((declared) => forgetDeclared(kind, declared)),
    recorded: (stored) => forgetRecorded(kind, { ...stored, facts: kind.readFacts(stored.facts) }),
  }
}

function forgetDeclared<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, declared: Declared<M>): AnyDeclared {
  const { address, after, origins, whenGone } = declared
  const observe = async (look: Look, last?: StoredResource): Promise<AnySeen> => {
    const seen = await kind.observe(look, declared, readable(kind, last))
    const served = () => (seen.is === 'present' ? kind.served(seen.facts) : undefined)
    return { shown: show(seen), served, want: (again, upstream) => want(kind, declared, seen, again, upstream) }
  }
  const vouch = async (look: Look, last: StoredResource) => {
    const known = readable(kind, last)
    return known && kind.vouch?.(look, declared, known)
  }
  return { address, after, origins, observe, ...(kind.vouch && { vouch }), ...(whenGone && { whenGone }) }
}

/** What the state remembers, if this version can read it; what it cannot is told elsewhere. */
function readable<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, stored: StoredResource | undefined): Recorded<F> | undefined {
  try {
    return stored && { ...stored, facts: kind.readFacts(stored.facts) }
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

async function want<F extends FactMap, M, E, B>(
  kind: Kind<F, M, E, B>,
  declared: Declared<M>,
  seen: Observation<F, E>,
  look: Look,
  upstream: Upstream,
): Promise<AnyWanted> {
  const { facts, basis, findings = [], stale = new Map(), undoing = [], vouched } = await kind.want(look, declared, seen, upstream)
  const change = (action: WriteAction, edits: readonly Edit[]) => ({
    address: declared.address,
    action,
    edits,
    declared,
    wanted: facts,
    basis,
    seen,
  })
  return {
    facts,
    findings,
    stale,
    undoing,
    ...(vouched && { vouched }),
    served: () => kind.served(facts),
    impact: (action, edits) => kind.impact(change(action, edits)),
    converge: (work, action, edits) => kind.converge(work, change(action, edits)),
  }
}

function forgetRecorded<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, recorded: Recorded<F>): AnyRecorded {
  const observe = async (look: Look): Promise<AnySeenRecorded> => {
    const seen = await kind.observe(look, recorded)
    return {
      shown: show(seen),
      removal: async (again) => (await kind.removal?.(again, recorded, seen)) ?? NO_IMPACT,
      remove: (work) => kind.remove(work, recorded, seen),
    }
  }
  return { address: recorded.address, after: recorded.after, observe }
}

function show<F extends FactMap, E>(seen: Observation<F, E>): Shown {
  if (seen.is !== 'present') return seen
  const { facts, guard, by, watched = [] } = seen
  return { is: 'present', facts, guard, by, watched }
}
