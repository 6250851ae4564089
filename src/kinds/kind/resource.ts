import type { Address } from '../../values/address.ts'
import type { FactMap, FactValue, JsonPointer } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { Problem } from '../../values/problem.ts'

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
