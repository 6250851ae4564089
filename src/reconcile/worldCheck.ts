import type { Installation } from '../installation/installation.ts'
import type { WorldIdentity } from '../state/state.ts'
import type { Problem } from '../values/problem.ts'
import type { ReadResult } from '../values/readResult.ts'
import type { View } from '../world/ports.ts'

export type WorldRead = { readonly identity: WorldIdentity } | { readonly problems: readonly Problem[] }

/** Reads the identity of the servers. One that cannot be read is a problem: on a wrong, empty cluster every 404 looks right. */
export async function readWorld(view: View, installation: Installation): Promise<WorldRead> {
  const [cluster, store] = await Promise.all([view.cluster.identity(), view.objectStore.identity()])
  const problems = [cluster, store].flatMap((read) => (read.is === 'unknown' ? [read.why] : []))
  if (problems.length > 0) return { problems }
  const identity = {
    cluster: valueOr(cluster, ''),
    objectStore: valueOr(store, ''),
    objectStoreEndpoint: installation.objectStorage.endpoint,
    registries: registries(installation),
  }
  return { identity }
}

/** The problem of a world other than the recorded one; undefined when it is the same. The registry may change: the file names it. */
export function worldMismatch(recorded: WorldIdentity | null, current: WorldIdentity): Problem | undefined {
  if (recorded === null) return undefined
  const differences = [
    ...(recorded.cluster === current.cluster ? [] : [`the cluster (kube-system ${recorded.cluster}, now ${current.cluster})`]),
    ...objectStoreDifferences(recorded, current),
  ]
  if (differences.length === 0) return undefined
  return {
    code: 'world/other',
    summary: 'This is not the cluster or object store that the state was recorded for.',
    detail: `Different: ${differences.join('; ')}.`,
    remedy:
      'Check kubernetes.context, --kubeconfig and objectStorage.endpoint. If the installation has moved, run plan and apply with --accept-new-world.',
  }
}

/** The problem of an object store that no longer returns the id the state knows it by: it may be another one. */
export function unidentifiedStore(recorded: WorldIdentity | null, current: WorldIdentity): Problem | undefined {
  if (recorded === null || recorded.objectStore === '' || current.objectStore !== '') return undefined
  return {
    code: 'world/untold',
    summary: 'MinIO does not return its id (admin:ServerInfo is denied), so it may be another object store than the recorded one.',
    remedy: 'Allow admin:ServerInfo to the user of objectStorage.admin: deploy/drift-minio-policy.json has all that drift needs.',
  }
}

/** By the deployment ids where both are known; without admin:ServerInfo stores are distinguished by their endpoint. */
function objectStoreDifferences(recorded: WorldIdentity, current: WorldIdentity): string[] {
  const hasIds = recorded.objectStore !== '' && current.objectStore !== ''
  const [before, now] = hasIds ? [recorded.objectStore, current.objectStore] : [recorded.objectStoreEndpoint, current.objectStoreEndpoint]
  return before === now ? [] : [`the object store (${before}, now ${now})`]
}

function registries(installation: Installation): readonly string[] {
  return [...new Set([installation.images.backend.host, installation.images.launcher.host])].sort()
}

function valueOr(read: ReadResult<string>, otherwise: string): string {
  return read.is === 'present' ? read.value : otherwise
}
