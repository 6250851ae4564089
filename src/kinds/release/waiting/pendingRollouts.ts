import { listAt, textAt } from '../../../values/unstructured.ts'
import type { ClusterReads, LiveObject, ObjectKind, RawObject } from '../../../world/ports/cluster.ts'
import { RELEASE_NAME, type ReleaseName } from '../objects/manifest.ts'
import { DEPLOYMENT, desiredPods, isRolledOut } from './rolloutStatus.ts'

/** A Deployment that is not rolled out yet: its newest ReplicaSet, and those of its pods that are not ready. */
export type PendingRollout = {
  readonly name: string
  readonly desired: number
  readonly ready: number
  readonly deployment: LiveObject
  readonly replicaSet: LiveObject | undefined
  readonly pods: readonly LiveObject[]
}

const REPLICA_SET: ObjectKind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' }
const POD: ObjectKind = { apiVersion: 'v1', kind: 'Pod' }
const REVISION = 'deployment.kubernetes.io/revision'

/** The Deployments of a release that do not run yet what they declare; none where they may not be read. */
export async function pendingRollouts(cluster: ClusterReads, release: ReleaseName): Promise<readonly PendingRollout[]> {
  const list = async (kind: ObjectKind) => {
    const read = await cluster.objects(kind, release.namespace, [])
    return read.is === 'present' ? read.value : []
  }
  const [deployments, replicaSets, pods] = await Promise.all([list(DEPLOYMENT), list(REPLICA_SET), list(POD)])
  return deployments
    .filter((deployment) => annotationOf(deployment.raw, RELEASE_NAME) === release.name && !isRolledOut(deployment))
    .map((deployment) => pendingRollout(deployment, replicaSets, pods))
}

function pendingRollout(deployment: LiveObject, replicaSets: readonly LiveObject[], pods: readonly LiveObject[]): PendingRollout {
  const [replicaSet] = replicaSets.filter(({ raw }) => isOwnedBy(raw, deployment)).sort((a, b) => revisionOf(b) - revisionOf(a))
  const newest = replicaSet === undefined ? [] : pods.filter(({ raw }) => isOwnedBy(raw, replicaSet))
  const unready = newest.filter(({ raw }) => !isReady(raw))
  return {
    name: deployment.name,
    desired: desiredPods(deployment),
    ready: newest.length - unready.length,
    deployment,
    replicaSet,
    pods: unready,
  }
}

function annotationOf(raw: RawObject, name: string): string {
  return textAt(raw, 'metadata', 'annotations', name)
}

function revisionOf({ raw }: LiveObject): number {
  return Number(annotationOf(raw, REVISION))
}

function isOwnedBy(raw: RawObject, { uid }: LiveObject): boolean {
  return listAt(raw, 'metadata', 'ownerReferences').some((owner) => owner.uid === uid)
}

function isReady(pod: RawObject): boolean {
  return listAt(pod, 'status', 'conditions').some(({ type, status }) => type === 'Ready' && status === 'True')
}
