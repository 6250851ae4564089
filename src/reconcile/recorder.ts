import type { PlannedChange } from '../plan/plan.ts'
import type { FileStore } from '../state/fileStore.ts'
import type { State, StoredFacts, WorldIdentity } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type FactMap, type Json } from '../values/json.ts'

export type AddressedFacts = { readonly address: Address; readonly facts: FactMap; readonly guard: string; readonly bookkeeping?: FactMap }

/**
 * Keeps the state as an apply goes on: each resource is on disk before its step is called done, so a kill loses
 * nothing that was finished. Writes only when something differs.
 */
export class Recorder {
  readonly #store: FileStore
  readonly #changes: ReadonlyMap<Address, PlannedChange>
  readonly #created: ReadonlySet<string>
  #state: State
  /** The writes under way and to come; there is one to come at most. */
  #writes: Promise<void> = Promise.resolve()
  #next: Promise<void> | undefined

  /** `created`: what applies that never ended were about to create, so what is found there is ours. */
  constructor(store: FileStore, state: State, changes: readonly PlannedChange[], created: ReadonlySet<string>) {
    this.#store = store
    this.#state = state
    this.#changes = new Map(changes.map((change) => [change.address, change]))
    this.#created = created
  }

  /** Remembers resources as they now are, in one write. */
  record(...found: readonly AddressedFacts[]): Promise<void> {
    const records = found.map(({ address, facts, guard, bookkeeping }) => {
      const { after = [], removalPolicy } = this.#changes.get(address) ?? {}
      const provenance = this.#provenance(address)
      const known = bookkeeping && { bookkeeping: bookkeeping as Json }
      return [address, { facts: facts as Json, guard, after, provenance, ...(removalPolicy && { removalPolicy }), ...known }] as const
    })
    return this.#update({ ...this.#state.resources, ...Object.fromEntries(records) })
  }

  /** Remembers what is known to be good of resources that are remembered. */
  bookkeep(all: ReadonlyMap<Address, FactMap>): Promise<void> {
    const records = [...all].flatMap(([address, bookkeeping]) => {
      const before = this.#state.resources[address]
      return before === undefined ? [] : [[address, { ...before, bookkeeping: bookkeeping as Json }] as const]
    })
    return this.#update({ ...this.#state.resources, ...Object.fromEntries(records) })
  }

  /** What is remembered of a resource. */
  recordOf(address: Address): StoredFacts | undefined {
    return this.#state.resources[address]
  }

  /** Forgets resources without touching them. */
  forget(addresses: readonly Address[]): Promise<void> {
    const gone = new Set<string>(addresses)
    return this.#update(Object.fromEntries(Object.entries(this.#state.resources).filter(([address]) => !gone.has(address))))
  }

  /** Remembers which world this is, before anything in it is changed. */
  recordWorld(recordWorld: WorldIdentity): Promise<void> {
    // An id that is not told this time is not forgotten.
    const objectStore = recordWorld.objectStore || this.#state.world?.objectStore || ''
    return this.#update(this.#state.resources, { ...recordWorld, objectStore })
  }

  #provenance(address: Address): StoredFacts['provenance'] {
    const before = this.#state.resources[address]
    if (before !== undefined) return before.provenance
    return this.#changes.get(address)?.action === 'create' || this.#created.has(address) ? 'created' : 'adopted'
  }

  #update(resources: State['resources'], recordWorld = this.#state.world): Promise<void> {
    const next = { ...this.#state, recordWorld: recordWorld, resources: sorted(resources) }
    if (canonicalJson(next as unknown as Json) === canonicalJson(this.#state as unknown as Json)) return this.#writes
    this.#state = { ...next, serial: this.#state.serial + 1 }
    return this.#write()
  }

  /** The state is whole each time: what comes while a write is under way shares the next one. */
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
