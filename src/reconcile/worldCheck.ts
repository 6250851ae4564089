import type { Installation } from '../installation/installation.ts'
import type { WorldIdentity } from '../state/state.ts'
import type { Problem } from '../values/problem.ts'
import type { ReadResult } from '../values/readResult.ts'
import type { View } from '../world/ports.ts'

export type WorldRead = { readonly identity: WorldIdentity } | { readonly problems: readonly Problem[] }

/** Asks the servers who they are. What cannot be said is a problem: on the wrong, empty cluster every 404 is honest. */
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

/** The problem of standing before another world than the state remembers, if so. The registry's host is the file's word and may change. */
export function worldMismatch(remembered: WorldIdentity | null, found: WorldIdentity): Problem | undefined {
  if (remembered === null) return undefined
  const differs = [
    ...(remembered.cluster === found.cluster ? [] : [`the cluster (kube-system ${remembered.cluster}, now ${found.cluster})`]),
    ...objectStoreDiffers(remembered, found),
  ]
  if (differs.length === 0) return undefined
  return {
    code: 'world/other',
    summary: 'This is another world than the one the state remembers.',
    detail: `Different: ${differs.join('; ')}.`,
    remedy:
      'Look at kubernetes.context, --kubeconfig and objectStorage.endpoint. If the installation has really moved, plan and apply with --accept-new-world.',
  }
}

/** The problem of an object store that the state knows by its id and that no longer tells it, if so: a look may be at another one. */
export function unidentifiedStore(remembered: WorldIdentity | null, found: WorldIdentity): Problem | undefined {
  if (remembered === null || remembered.objectStore === '' || found.objectStore !== '') return undefined
  return {
    code: 'world/untold',
    summary: 'MinIO does not tell its id (admin:ServerInfo is denied), so nobody knows whether it is the object store the state remembers.',
    remedy: 'Allow admin:ServerInfo to the user of objectStorage.admin: deploy/drift-minio-policy.json has all that drift needs.',
  }
}

/** By the deployment ids where both are known; a user without admin:ServerInfo is told one store from another by its endpoint. */
function objectStoreDiffers(remembered: WorldIdentity, found: WorldIdentity): string[] {
  const known = remembered.objectStore !== '' && found.objectStore !== ''
  const [before, now] = known ? [remembered.objectStore, found.objectStore] : [remembered.objectStoreEndpoint, found.objectStoreEndpoint]
  return before === now ? [] : [`the object store (${before}, now ${now})`]
}

function registries(installation: Installation): readonly string[] {
  return [...new Set([installation.images.backend.host, installation.images.launcher.host])].sort()
}

function valueOr(read: ReadResult<string>, otherwise: string): string {
  return read.is === 'present' ? read.value : otherwise
}
