import type { PlannedChange } from '../plan/plan.ts'
import type { FileStore } from '../state/fileStore.ts'
import type { State, StoredFacts, WorldIdentity } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type FactMap, type Json } from '../values/json.ts'
import type { ObservedFacts } from './plannedResource.ts'

export type AddressedFacts = ObservedFacts & { readonly address: Address }

/**
 * Updates the state during an apply: each resource is on disk before its step is reported as done, so a kill loses no
 * finished work. Writes only when something differs.
 */
export class Recorder {
  readonly #store: FileStore
  readonly #changes: ReadonlyMap<Address, PlannedChange>
  readonly #created: ReadonlySet<string>
  #state: State
  /** The running write and the next one; there is at most one next. */
  #writes: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  /** `created`: what unfinished applies were about to create. If it exists, groundcrew created it. */
  constructor(store: FileStore, state: State, changes: readonly PlannedChange[], created: ReadonlySet<string>) {
    this.#store = store
    this.#state = state
    this.#changes = new Map(changes.map((change) => [change.address, change]))
    this.#created = created
  }

  /** Records resources as they now are, in one write. */
  record(...resources: readonly AddressedFacts[]): Promise<void> {
    const records = resources.map(({ address, facts, guard, bookkeeping }) => {
      const { after = [], removalPolicy } = this.#changes.get(address) ?? {}
      const provenance = this.#provenance(address)
      const optional = { ...(removalPolicy && { removalPolicy }), ...(bookkeeping && { bookkeeping: bookkeeping as Json }) }
      return [address, { facts: facts as Json, guard, after, provenance, ...optional }] as const
    })
    return this.#update({ resources: { ...this.#state.resources, ...Object.fromEntries(records) } })
  }

  /** Adds bookkeeping to the records of resources that have one. */
  bookkeep(bookkeeping: ReadonlyMap<Address, FactMap>): Promise<void> {
    const records = [...bookkeeping].flatMap(([address, own]) => {
      const stored = this.#state.resources[address]
      return stored === undefined ? [] : [[address, { ...stored, bookkeeping: own as Json }] as const]
    })
    return this.#update({ resources: { ...this.#state.resources, ...Object.fromEntries(records) } })
  }

  recordOf(address: Address): StoredFacts | undefined {
    return this.#state.resources[address]
  }

  /** Removes records without changing the resources. */
  forget(addresses: readonly Address[]): Promise<void> {
    const forgotten = new Set<string>(addresses)
    const kept = Object.entries(this.#state.resources).filter(([address]) => !forgotten.has(address))
    return this.#update({ resources: Object.fromEntries(kept) })
  }

  /** Records which world this is, before anything in it is changed. */
  recordWorld(world: WorldIdentity): Promise<void> {
    // An object store that does not return its id this time keeps the id that is known.
    const objectStore = world.objectStore || this.#state.world?.objectStore || ''
    return this.#update({ world: { ...world, objectStore } })
  }

  #provenance(address: Address): StoredFacts['provenance'] {
    const stored = this.#state.resources[address]
    if (stored !== undefined) return stored.provenance
    return this.#changes.get(address)?.action === 'create' || this.#created.has(address) ? 'created' : 'adopted'
  }

  #update({ resources = this.#state.resources, world = this.#state.world }: Partial<Pick<State, 'resources' | 'world'>>): Promise<void> {
    const next = { ...this.#state, world, resources: sorted(resources) }
    if (canonicalJson(next as unknown as Json) === canonicalJson(this.#state as unknown as Json)) return this.#writes
    this.#state = { ...next, serial: this.#state.serial + 1 }
    return this.#write()
  }

  /** Every write contains the whole state: changes that come during a write share the next one. */
  #write(): Promise<void> {
    this.#next ??= this.#writes.then(() => {
      this.#next = undefined
      return this.#store.save(this.#state)
    })
    this.#writes = this.#next
    return this.#next
  }
}

function sorted(resources: State['resources']): State['resources'] {
  return Object.fromEntries(Object.entries(resources).sort(([a], [b]) => (a < b ? -1 : 1)))
}
