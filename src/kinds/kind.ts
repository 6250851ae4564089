import type { Resolved } from '../installation/installation.ts'
import type { FactMap, Json, JsonPointer } from '../values/json.ts'
import type { Change, Finding, Impact, RemovalDeclined } from './kind/change.ts'
import type { ApplyContext, OutdatedReaders, ReadContext, Upstream } from './kind/contexts.ts'
import type { Declared, Observation, Recorded } from './kind/resource.ts'
import type { KindTraits } from './kind/traits.ts'

export * from './kind/change.ts'
export type * from './kind/contexts.ts'
export type * from './kind/resource.ts'
export type * from './kind/traits.ts'

/** What a resource should be, and what was learned while computing it. */
export type Desired<F, B> = {
  readonly facts: F
  readonly basis: B
  readonly findings?: readonly Finding[]
  readonly outdatedReaders?: OutdatedReaders
  /** Prefixes of facts that change only to repair drift elsewhere: their cause is drift, whatever they were before. */
  readonly repairPointers?: readonly JsonPointer[]
  /** What to remember beside the facts when nothing has to be changed; see {@link Kind.bookkeep}. */
  readonly bookkeeping?: FactMap
}

/** A resource after a change. */
export type Converged<F> = { readonly facts: F; readonly guard: string; readonly bookkeeping?: FactMap }

/**
 * Observes and changes one type of resource. `F`: facts, `M`: declared material, `E`: evidence, `B`: basis.
 * A kind never compares and never prints.
 */
export interface Kind<F extends FactMap, M, E, B> extends KindTraits {
  readonly name: string
  /** True where a removal or replacement loses data that cannot be created again. */
  readonly holdsData: boolean
  /** Pointers (prefixes) of facts that only a replacement can change. */
  readonly replaceOnly: readonly JsonPointer[]
  /** Turns stored facts back into facts. Throws a ProblemError for facts that this version cannot read. */
  readFacts(stored: Json): F
  /** Pure. */
  declare(resolved: Resolved): readonly Declared<M>[]
  /** Reads only. `recorded`: what the state remembers of a declared resource. */
  observe(context: ReadContext, resource: Declared<M> | Recorded<F>, recorded?: Recorded<F>): Promise<Observation<F, E>>
  /** What the facts should be, now that the world is known; reads only. Throws a ProblemError when they cannot be determined. */
  desire(context: ReadContext, declared: Declared<M>, observed: Observation<F, E>, upstream: Upstream): Promise<Desired<F, B>>
  /** What a resource with these facts exposes to its readers (key fingerprints, a config digest); pure. */
  exposedTo(facts: F): FactMap
  /** Pure. */
  impact(change: Change<F, M, E, B>): Impact
  /** Writes only `change.edits`, only if the guard still holds; safe to repeat. Returns the facts and guard as they are now. */
  converge(context: ApplyContext, change: Change<F, M, E, B>): Promise<Converged<F>>
  /**
   * What a complete apply knows beyond the facts (which pods hold which values). It is remembered, never compared, and may
   * be lost. Reads only.
   */
  bookkeep?(context: ReadContext, declared: Declared<M>, recorded: Recorded<F>): Promise<FactMap | undefined>
  /**
   * What a removal means, or why it is declined; reads only. Throws a ProblemError when that cannot be determined. Default:
   * no impact beyond the resource itself.
   */
  removal?(context: ReadContext, recorded: Recorded<F>, observed: Observation<F, E>): Promise<Impact | RemovalDeclined>
  /** Removes a resource that the journal proves groundcrew created, if it is still as observed. */
  remove(context: ApplyContext, recorded: Recorded<F>, observed: Observation<F, E>): Promise<void>
}
