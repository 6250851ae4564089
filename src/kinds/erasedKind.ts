import type { Resolved } from '../installation/installation.ts'
import type { Address } from '../values/address.ts'
import type { FactMap, Json, JsonPointer } from '../values/json.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import {
  type ApplyContext,
  type Attribution,
  type Converged,
  type Declared,
  type Edit,
  type Finding,
  type Impact,
  type Kind,
  type KindTraits,
  NO_IMPACT,
  type Observation,
  type Origins,
  type OutdatedReaders,
  type ReadContext,
  type Recorded,
  type RemovalDeclined,
  type RemovalPolicy,
  type UnmanagedDifference,
  type Upstream,
  type WriteAction,
} from './kind.ts'

/**
 * A kind whose type parameters are hidden behind closures: what is observed, desired and converged stays with the kind it
 * came from, so one kind's facts cannot reach another's converge. (A list of `Kind<any, …>` would type-check by bivariance
 * and prove nothing.)
 */
export interface ErasedKind {
  readonly name: string
  readonly holdsData: boolean
  readonly replaceOnly: readonly string[]
  readonly traits: KindTraits
  declare(resolved: Resolved): readonly ErasedDeclared[]
  /** A resource as the state remembers it. Throws a ProblemError for facts that this version cannot read. */
  recorded(stored: StoredResource): ErasedRecorded
}

/** What the state keeps of a resource. */
export type StoredResource = Omit<Recorded<Json>, 'address'> & { readonly address: Address }

export interface ErasedDeclared {
  readonly address: Address
  readonly after: readonly Address[]
  readonly origins: Origins
  readonly removalPolicy?: RemovalPolicy
  /** `stored`: what the state remembers of this resource. */
  observe(context: ReadContext, stored?: StoredResource): Promise<ErasedObservation>
  /** See {@link Kind.bookkeep}. */
  bookkeep?(context: ReadContext, stored: StoredResource): Promise<FactMap | undefined>
}

/** An observation without its evidence. */
export type PublicObservation =
  | {
      readonly is: 'present'
      readonly facts: FactMap
      readonly guard: string
      readonly by: ReadonlyMap<string, Attribution>
      readonly unmanaged: readonly UnmanagedDifference[]
    }
  | { readonly is: 'absent'; readonly provedBy: string }
  | { readonly is: 'unknown'; readonly why: Problem }

export interface ErasedObservation {
  readonly public: PublicObservation
  /** What the resource exposes to its readers now; undefined when it is not present. */
  exposedTo(): FactMap | undefined
  desire(context: ReadContext, upstream: Upstream): Promise<ErasedDesire>
}

export interface ErasedDesire {
  readonly facts: FactMap
  readonly findings: readonly Finding[]
  readonly outdatedReaders: OutdatedReaders
  readonly repairPointers: readonly JsonPointer[]
  readonly bookkeeping?: FactMap
  exposedTo(): FactMap
  impact(action: WriteAction, edits: readonly Edit[]): Impact
  converge(context: ApplyContext, action: WriteAction, edits: readonly Edit[]): Promise<Converged<FactMap>>
}

export interface ErasedRecorded {
  readonly address: Address
  readonly after: readonly Address[]
  observe(context: ReadContext): Promise<ErasedRecordedObservation>
}

export interface ErasedRecordedObservation {
  readonly public: PublicObservation
  /** See {@link Kind.removal}. */
  removal(context: ReadContext): Promise<Impact | RemovalDeclined>
  remove(context: ApplyContext): Promise<void>
}

/** Hides a kind's types; see {@link ErasedKind}. */
export function eraseTypes<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>): ErasedKind {
  return {
    name: kind.name,
    holdsData: kind.holdsData,
    replaceOnly: kind.replaceOnly,
    traits: kind,
    declare: (resolved) => kind.declare(resolved).map((declared) => eraseDeclared(kind, declared)),
    recorded: (stored) => eraseRecorded(kind, { ...stored, facts: kind.readFacts(stored.facts) }),
  }
}

function eraseDeclared<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, declared: Declared<M>): ErasedDeclared {
  const { address, after, origins, removalPolicy } = declared
  const observe = async (context: ReadContext, stored?: StoredResource): Promise<ErasedObservation> => {
    const observed = await kind.observe(context, declared, readable(kind, stored))
    return {
      public: publicObservation(observed),
      exposedTo: () => (observed.is === 'present' ? kind.exposedTo(observed.facts) : undefined),
      desire: (desireContext, upstream) => eraseDesire(kind, declared, observed, desireContext, upstream),
    }
  }
  const bookkeep = async (context: ReadContext, stored: StoredResource) => {
    const recorded = readable(kind, stored)
    return recorded && kind.bookkeep?.(context, declared, recorded)
  }
  return { address, after, origins, observe, ...(kind.bookkeep && { bookkeep }), ...(removalPolicy && { removalPolicy }) }
}

/** What the state remembers, if this version can read it; the plan reports unreadable records elsewhere. */
function readable<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, stored: StoredResource | undefined): Recorded<F> | undefined {
  try {
    return stored && { ...stored, facts: kind.readFacts(stored.facts) }
  } catch (error) {
    if (error instanceof ProblemError) return undefined
    throw error
  }
}

async function eraseDesire<F extends FactMap, M, E, B>(
  kind: Kind<F, M, E, B>,
  declared: Declared<M>,
  observed: Observation<F, E>,
  context: ReadContext,
  upstream: Upstream,
): Promise<ErasedDesire> {
  const {
    facts,
    basis,
    findings = [],
    outdatedReaders = new Map(),
    repairPointers = [],
    bookkeeping,
  } = await kind.desire(context, declared, observed, upstream)
  const change = (action: WriteAction, edits: readonly Edit[]) => ({
    address: declared.address,
    action,
    edits,
    declared,
    desired: facts,
    basis,
    observed,
  })
  return {
    facts,
    findings,
    outdatedReaders,
    repairPointers,
    ...(bookkeeping && { bookkeeping }),
    exposedTo: () => kind.exposedTo(facts),
    impact: (action, edits) => kind.impact(change(action, edits)),
    converge: (applyContext, action, edits) => kind.converge(applyContext, change(action, edits)),
  }
}

function eraseRecorded<F extends FactMap, M, E, B>(kind: Kind<F, M, E, B>, recorded: Recorded<F>): ErasedRecorded {
  const observe = async (context: ReadContext): Promise<ErasedRecordedObservation> => {
    const observed = await kind.observe(context, recorded)
    return {
      public: publicObservation(observed),
      removal: async (removalContext) => (await kind.removal?.(removalContext, recorded, observed)) ?? NO_IMPACT,
      remove: (applyContext) => kind.remove(applyContext, recorded, observed),
    }
  }
  return { address: recorded.address, after: recorded.after, observe }
}

function publicObservation<F extends FactMap, E>(observed: Observation<F, E>): PublicObservation {
  if (observed.is !== 'present') return observed
  const { facts, guard, by, unmanaged = [] } = observed
  return { is: 'present', facts, guard, by, unmanaged }
}
