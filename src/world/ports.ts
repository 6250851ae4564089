import type { ClusterReads, ClusterWrites } from './ports/cluster.ts'
import type { HelmReads, HelmWrites } from './ports/helm.ts'
import type { ObjectStoreReads, ObjectStoreWrites } from './ports/objectStore.ts'
import type { RegistryReads, RegistryWrites } from './ports/registry.ts'

/** The world, read-only: a write through it does not compile. */
export interface View {
  readonly cluster: ClusterReads
  readonly objectStore: ObjectStoreReads
  readonly registry: RegistryReads
  readonly helm: HelmReads
}

/** The world with its writes, for `converge` and `remove` only. */
export interface World extends View {
  readonly cluster: ClusterReads & ClusterWrites
  readonly objectStore: ObjectStoreReads & ObjectStoreWrites
  readonly registry: RegistryReads & RegistryWrites
  readonly helm: HelmReads & HelmWrites
}
