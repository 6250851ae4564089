import type { Resolved } from '../installation/installation.ts'
import type { Address } from '../values/address.ts'
import type { Fingerprinter } from '../values/fingerprint.ts'
import type { FactMap, FactValue, Json, JsonPointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { View, World } from '../world/ports.ts'

/** Where a declared fact comes from: a place in the file, or the guide. The longest matching pointer prefix wins. */
export type Origins = ReadonlyMap<JsonPointer, Position | 'guide'>

/** A resource the installation wants. `material` is what converge needs and facts must not hold (sealed values, archives). */
export type Declared<M> = {
  readonly address: Address
  readonly material: M
  /** Resources that must be as wanted before this one is touched. */
  readonly after: readonly Address[]
  readonly origins: Origins
  /** Default: what holds data is refused, all else is forgotten. */
  readonly removalPolicy?: RemovalPolicy
}

/**
 * What it means that the file no longer declares a resource, by who made it; the state remembers it. Only what the
 * journal proves that we made is ever removed.
 */
export type RemovalPolicy = {
  readonly created: 'remove' | 'forget' | 'refuse'
  readonly adopted: 'forget' | 'refuse'
  /** Removed before another of its kind is made: the names of what they consist of collide. */
  readonly removeFirst?: boolean
}

/** A resource as the state remembers it: enough to look at it again and to remove it. */
export type Recorded<F> = {
  readonly address: Address
  readonly facts: F
  readonly guard: string
  readonly after: readonly Address[]
  readonly provenance: 'created' | 'adopted'
  readonly removalPolicy?: RemovalPolicy
  /** What was known to be good beside the facts; see {@link Kind.bookkeep}. */
  readonly bookkeeping?: FactMap
}

/** Who last wrote a field and when, as far as the server knows. */
export type Attribution = { readonly manager: string; readonly time?: string }

/**
 * What a look found. `guard` is the server's version of what was seen (resourceVersion, ETag, or a digest of what was
 * read where the server has none). `evidence` are raw objects: memory only, never printed, compared or stored.
 */
export type Observation<F, E> =
  | {
      readonly is: 'present'
      readonly facts: F
      readonly guard: string
      readonly evidence: E
      readonly by: ReadonlyMap<JsonPointer, Attribution>
      readonly unmanaged?: readonly UnmanagedDifference[]
    }
  | { readonly is: 'absent'; readonly provedBy: string }
  | { readonly is: 'unknown'; readonly why: Problem }

/** What is not as the guide has it and is told, never undone: undoing it could hurt others or lose data. */
export type UnmanagedDifference = {
  readonly pointer: JsonPointer
  readonly expected: FactValue
  readonly found: FactValue
  /** One sentence: what it means. */
  readonly summary: string
  readonly remedy: string
  /** True where an apply does undo it, although no fact of this resource says so. */
  readonly isRepaired?: boolean
}

export type Cause = 'declared' | 'drifted' | 'both' | 'unexplained'

/** One field that differs. `undefined` on a side: the field is not there. */
export type Edit = {
  readonly pointer: JsonPointer
  readonly from: FactValue | undefined
  readonly to: FactValue | undefined
  readonly cause: Cause
  readonly by?: Attribution
  readonly origin?: Position | 'guide'
}

export type WriteAction = 'create' | 'update' | 'repair' | 'replace' | 'recover'

/** What is to be done to one resource. `basis` is what `want` learned and facts never hold (rendered objects, is the bucket empty). */
export type Change<F, M, E, B> = {
  readonly address: Address
  readonly action: WriteAction
  readonly edits: readonly Edit[]
  readonly declared: Declared<M>
  readonly desired: F
  readonly basis: B
  readonly observed: Observation<F, E>
}

/** `because`: what was wrong with the pods, `they started while secret/… held other values`; absent where something they are made from changes. */
export type Restart = { readonly workload: string; readonly pods: number; readonly because?: readonly string[] }
export type DataRisk = { readonly address: Address; readonly what: string }

/** What a change means beyond the resource itself. */
export type Impact = {
  readonly restarts: readonly Restart[]
  readonly dataAtRisk: readonly DataRisk[]
  /** Who gains or loses access, one sentence each. */
  readonly access: readonly string[]
  /** What else it means for who reads the plan, one sentence each: Helm's next revision. */
  readonly notes?: readonly string[]
  /** Why apply must refuse this change unless told otherwise. */
  readonly refusals: readonly Refusal[]
}

/** A refusal and the very flag that lifts it: `--accept-data-loss bucket/spacelift-states`, `--replace-encryption-key`. */
export type Refusal = Problem & { readonly consent: string }

export const NO_IMPACT: Impact = { restarts: [], dataAtRisk: [], access: [], refusals: [] }

export type ReadContext = {
  readonly view: View
  /** Compares secrets without telling them. */
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  /** True where also what no plan would change is looked at: it costs requests, and only a report of drift tells it whole. */
  readonly includeUnmanaged?: boolean
  /** True where what is not tracked yet is to be tracked now, though that restarts it. */
  readonly trackAllReaders?: boolean
  /** True when a helm that an unfinished apply let loose is known to be gone: a pending release has nobody who would finish it. */
  readonly previousHelmExited: boolean
}

/** Progress of a running step, as data. */
export type Progress = {
  readonly message: string
  readonly done?: number
  readonly total?: number
  readonly unit?: 'bytes' | 'pods'
  /** How fast, in units, and how long at that speed; absent while too little is known. */
  readonly perSecond?: number
  readonly secondsLeft?: number
}

export type ApplyContext = {
  readonly world: World
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  readonly previousHelmExited: boolean
  readonly emit: (progress: Progress) => void
  /** Throws unless this process still holds the lock. Await it before every write. */
  readonly assertLockHeld: () => Promise<void>
  /** Journals a child process before it may act, so that the next run can end exactly it. */
  readonly registerChild: (child: ProcessIdentity) => Promise<void>
}

/** What other resources will be once this plan is applied. */
export interface Upstream {
  /** What a reader reads of a resource; undefined when that one is blocked. */
  exposedTo(it: Address): FactMap | undefined
  /** True when what readers read of a resource that is there becomes something else with this plan. */
  changes(it: Address): boolean
  /** See {@link OutdatedReaders}. */
  outdatedReaders(it: Address): OutdatedReaders
}

/**
 * Deployments whose pods took in something else than what a resource is or, where it drifted, is going to be again, each with
 * words for what that was: only a restart brings them to the right thing.
 */
export type OutdatedReaders = ReadonlyMap<string, readonly string[]>

/** What a resource should be, and what came to light on the way. */
export type Desired<F, B> = {
  readonly facts: F
  readonly basis: B
  readonly findings?: readonly Finding[]
  readonly outdatedReaders?: OutdatedReaders
  /** Prefixes of facts that become other ones only to undo what drifted elsewhere: drift is their cause, whatever they were before. */
  readonly repairPointers?: readonly JsonPointer[]
  /** What to remember beside the facts where nothing is to be done; see {@link Kind.bookkeep}. */
  readonly bookkeeping?: FactMap
}

/** What is there after a change. */
export type Converged<F> = { readonly facts: F; readonly guard: string; readonly bookkeeping?: FactMap }

/** A finding: something a person should know that no change repairs. */
export type Finding = Problem & { readonly address: Address }

/** What the file dropped and is not removed all the same; it stands in nobody's way. */
export type RemovalDeclined = { readonly declined: Problem }

/**
 * Knows how to look at and change one sort of resource. `F`: facts, `M`: declared material, `E`: evidence, `B`: basis.
 * A kind never compares and never prints.
 */
export interface Kind<F extends FactMap, M, E, B> {
  readonly name: string
  /** True where a removal or replacement loses what cannot be made again. */
  readonly holdsData: boolean
  /** Pointers (prefixes) of facts that only a replacement can change. */
  readonly replaceOnly: readonly JsonPointer[]
  /** State back into facts. Throws a ProblemError for what this version cannot read. */
  readFacts(stored: Json): F
  /** Pure. */
  declare(it: Resolved): readonly Declared<M>[]
  /** Reads only. `last`: what the state remembers of a declared one. */
  observe(look: ReadContext, it: Declared<M> | Recorded<F>, last?: Recorded<F>): Promise<Observation<F, E>>
  /** What the facts should be, now that the world is known; reads at most. Throws a ProblemError when that cannot be said. */
  desire(look: ReadContext, it: Declared<M>, seen: Observation<F, E>, upstream: Upstream): Promise<Desired<F, B>>
  /** What a reader reads of it (key fingerprints, a config digest); pure. */
  exposedTo(facts: F): FactMap
  /** Pure. */
  impact(change: Change<F, M, E, B>): Impact
  /** Writes only `change.edits`, only if the guard still holds; safe to repeat. Returns the facts and guard as they are now. */
  converge(work: ApplyContext, change: Change<F, M, E, B>): Promise<Converged<F>>
  /**
   * What is known to be good once all of an apply is done, and that no fact says (which pods hold which values). It is
   * remembered, never compared, and may be lost. Reads at most.
   */
  bookkeep?(look: ReadContext, it: Declared<M>, last: Recorded<F>): Promise<FactMap | undefined>
  /** What its removal means, or why it stays; reads at most. Throws a ProblemError when that cannot be said. Default: nothing beyond itself. */
  removal?(look: ReadContext, it: Recorded<F>, seen: Observation<F, E>): Promise<Impact | RemovalDeclined>
  /** Takes away what the journal proves we made, if what was seen is still there. */
  remove(work: ApplyContext, it: Recorded<F>, seen: Observation<F, E>): Promise<void>
}
