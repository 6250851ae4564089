import type { Installation, Resolved } from '../installation/installation.ts'
import type { Address } from '../values/address.ts'
import type { Fingerprinter } from '../values/fingerprint.ts'
import type { FactMap, FactValue, Json, JsonPointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Problem } from '../values/problem.ts'
import type { Sealed } from '../values/sealed.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { View, World } from '../world/ports.ts'

/** Where a declared fact comes from: a position in the file, or the guide. The longest matching pointer prefix wins. */
export type Origins = ReadonlyMap<JsonPointer, Position | 'guide'>

/** A resource that the installation declares. `material` is what converge needs and facts must not hold (sealed values, archives). */
export type Declared<M> = {
  readonly address: Address
  readonly material: M
  /** Resources that must be as declared before this one is changed. */
  readonly after: readonly Address[]
  readonly origins: Origins
  /** Default: a resource that holds data is refused, any other is forgotten. */
  readonly removalPolicy?: RemovalPolicy
}

/**
 * What happens to an orphan (a resource that the state remembers and the file no longer declares), by its provenance.
 * A resource is removed only if the journal proves that groundcrew created it.
 */
export type RemovalPolicy = {
  readonly created: 'remove' | 'forget' | 'refuse'
  readonly adopted: 'forget' | 'refuse'
  /** True when it must be removed before another resource of its kind is created, because the names of their objects collide. */
  readonly removeFirst?: boolean
}

/** A resource as the state remembers it: enough to observe it again and to remove it. */
export type Recorded<F> = {
  readonly address: Address
  readonly facts: F
  readonly guard: string
  readonly after: readonly Address[]
  readonly provenance: 'created' | 'adopted'
  readonly removalPolicy?: RemovalPolicy
  /** See {@link Kind.bookkeep}. */
  readonly bookkeeping?: FactMap
}

/** Who last wrote a field and when, as far as the server records it. */
export type Attribution = { readonly manager: string; readonly time?: string }

/**
 * The result of reading a resource. `guard` is the server's version of it (resourceVersion, ETag, or a digest of what was
 * read where the server has none). `evidence` holds raw objects: in memory only, never printed, compared or stored.
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

/** A difference from the guide that is reported and never undone, because undoing it could hurt others or lose data. */
export type UnmanagedDifference = {
  readonly pointer: JsonPointer
  readonly expected: FactValue
  readonly actual: FactValue
  /** One sentence: what it means. */
  readonly summary: string
  readonly remedy: string
  /** True where an apply does undo it, although no fact of this resource shows it. */
  readonly isRepaired?: boolean
}

export type Cause = 'declared' | 'drifted' | 'both' | 'unexplained'

/** One field that differs. `undefined` on a side: the field is absent there. */
export type Edit = {
  readonly pointer: JsonPointer
  readonly from: FactValue | undefined
  readonly to: FactValue | undefined
  readonly cause: Cause
  readonly by?: Attribution
  readonly origin?: Position | 'guide'
}

export type WriteAction = 'create' | 'update' | 'repair' | 'replace' | 'recover'

/**
 * What a plan does to one resource. `basis` is what `desire` computed and facts never hold (rendered objects, whether the
 * bucket is empty).
 */
export type Change<F, M, E, B> = {
  readonly address: Address
  readonly action: WriteAction
  readonly edits: readonly Edit[]
  readonly declared: Declared<M>
  readonly desired: F
  readonly basis: B
  readonly observed: Observation<F, E>
}

/** `because`: what is wrong with the running pods (`they started while secret/… held other values`); absent where their template changes. */
export type Restart = { readonly workload: string; readonly pods: number; readonly because?: readonly string[] }
export type DataRisk = { readonly address: Address; readonly what: string }

/** What a change means beyond the resource itself. */
export type Impact = {
  readonly restarts: readonly Restart[]
  readonly dataAtRisk: readonly DataRisk[]
  /** Who gains or loses access, one sentence each. */
  readonly access: readonly string[]
  /** Further consequences for the reader of the plan, one sentence each: Helm's next revision. */
  readonly notes?: readonly string[]
  /** Why apply refuses this change without consent. */
  readonly refusals: readonly Refusal[]
}

/** A refusal and the exact flag that lifts it: `--accept-data-loss bucket/spacelift-states`, `--replace-encryption-key`. */
export type Refusal = Problem & { readonly consent: string }

export const NO_IMPACT: Impact = { restarts: [], dataAtRisk: [], access: [], refusals: [] }

/** What a kind may use while it reads. */
export type ReadContext = {
  readonly view: View
  /** Compares secrets without revealing them. */
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  /** True where unmanaged differences are read too: that costs requests, and only a drift report shows them. */
  readonly includeUnmanaged?: boolean
  /** True where readers that are not tracked yet are tracked now, although that restarts them. */
  readonly trackAllReaders?: boolean
  /** True when the helm process of an unfinished apply has provably ended: no process will finish a pending release. */
  readonly previousHelmExited: boolean
}

/** Progress of a running step, as data. */
export type Progress = {
  readonly message: string
  readonly done?: number
  readonly total?: number
  readonly unit?: 'bytes' | 'pods'
  /** Units per second, and the time left at that speed; absent while too little is known. */
  readonly perSecond?: number
  readonly secondsLeft?: number
}

/** What a kind may use while it writes. */
export type ApplyContext = {
  readonly world: World
  readonly fingerprint: Fingerprinter
  readonly signal: AbortSignal
  readonly now: Date
  /** The only source of time for waits and timeouts, so that tests control it. */
  readonly clock: Clock
  readonly previousHelmExited: boolean
  readonly emit: (progress: Progress) => void
  /** Throws unless this process still holds the lock. Await it before every write. */
  readonly assertLockHeld: () => Promise<void>
  /** Journals a child process before it may act, so that the next run can end exactly that process. */
  readonly registerChild: (child: ProcessIdentity) => Promise<void>
}

/** What other resources will be once this plan is applied. */
export interface Upstream {
  /** What a resource exposes to its readers; undefined when that resource is blocked. */
  exposedTo(address: Address): FactMap | undefined
  /** True when this plan changes what an existing resource exposes to its readers. */
  changes(address: Address): boolean
  outdatedReaders(address: Address): OutdatedReaders
}

/**
 * Deployments whose pods consumed something other than what the resource is, or will be again once its drift is repaired;
 * each with phrases for what that was. Only a restart brings them up to date.
 */
export type OutdatedReaders = ReadonlyMap<string, readonly string[]>

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

/** Something an operator should know that no change repairs. */
export type Finding = Problem & { readonly address: Address }

/** Why an orphan is not removed although its policy allows it; the rest of the plan continues. */
export type RemovalDeclined = { readonly declined: Problem }

/** How plans and reports group the fields of a resource that consists of objects. */
export type ObjectGroups = {
  /** The fact of an object's field is `BELOW/OBJECT/FIELD`. */
  readonly below: JsonPointer
  /** A field that every object has: where it is added or removed, the whole object is. */
  readonly marker: JsonPointer
  /** What an object is that exists and is not declared. */
  readonly undeclared: string
}

/** The kind whose resource holds the installation's encryption key: all fingerprints are keyed by it. */
export type EncryptionKeyRole = {
  locate(installation: Installation): { readonly address: Address; readonly pointer: JsonPointer }
  /** The key as it is in the cluster; undefined where there is none or it cannot be read. */
  read(view: View, installation: Installation): Promise<Sealed | undefined>
  /** The id of the key by which these facts of such a resource were fingerprinted. */
  keyIdOf(facts: Json): string | undefined
}

/** What the other stages need to know of a kind; all of it is data or pure, except for reads. */
export type KindTraits = {
  readonly objects?: ObjectGroups
  /** Where the file names a resource of this kind, the best place first. */
  readonly namedAt?: readonly JsonPointer[]
  /** The command with which an operator removes a resource that groundcrew did not create. */
  readonly manualRemoval?: (address: Address) => string
  readonly encryptionKey?: EncryptionKeyRole
  /** True where the creation of such a resource means a new installation. */
  readonly isInstallation?: boolean
}

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
