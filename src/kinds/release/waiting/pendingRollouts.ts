import { isMap } from '../../../values/json.ts'
import type { ClusterReads, LiveObject, ObjectKind, RawObject } from '../../../world/ports/cluster.ts'
import { RELEASE_NAME, type ReleaseName } from '../objects/manifest.ts'
import { isRolledOut } from '../objects/repair/rollout.ts'

/** A Deployment that is waited for: its newest ReplicaSet, and of that one's pods those that are not ready. */
export type PendingRollout = {
  readonly name: string
  readonly wanted: number
  readonly ready: number
  readonly deployment: LiveObject
  readonly replicaSet: LiveObject | undefined
  readonly pods: readonly LiveObject[]
}

const kind = (apiVersion: string, name: string): ObjectKind => ({ apiVersion, kind: name })
const REVISION = 'deployment.kubernetes.io/revision'

/** The Deployments of a release that do not run yet what they say; none where that may not be looked at. */
export async function pendingRollouts(cluster: ClusterReads, release: ReleaseName): Promise<readonly PendingRollout[]> {
  const list = async (of: ObjectKind) => {
    const read = await cluster.objects(of, release.namespace, [])
    return read.is === 'present' ? read.value : []
  }
  const [deployments, sets, pods] = await Promise.all([
    list(kind('apps/v1', 'Deployment')),
    list(kind('apps/v1', 'ReplicaSet')),
    list(kind('v1', 'Pod')),
  ])
  const own = deployments.filter(({ raw }) => annotationsOf(raw)[RELEASE_NAME] === release.name)
  return own.filter((one) => !isRolledOut(one)).map((one) => lateOf(one, sets, pods))
}

function lateOf(deployment: LiveObject, sets: readonly LiveObject[], all: readonly LiveObject[]): PendingRollout {
  const own = sets.filter(({ raw }) => ownersOf(raw).includes(deployment.uid))
  const [replicaSet] = own.sort((a, b) => Number(annotationsOf(b.raw)[REVISION] ?? 0) - Number(annotationsOf(a.raw)[REVISION] ?? 0))
  const pods = replicaSet === undefined ? [] : all.filter(({ raw }) => ownersOf(raw).includes(replicaSet.uid))
  const unready = pods.filter(({ raw }) => !isReady(raw))
  const wanted = Number(mapAt(deployment.raw, 'spec').replicas ?? 1)
  return { name: deployment.name, wanted, ready: pods.length - unready.length, deployment, replicaSet, pods: unready }
}

/** `raw[field]`, where it is a map. */
export function mapAt(raw: RawObject, field: string): RawObject {
  const value = raw[field]
  return isMap(value) ? value : {}
}

/** `raw[field]`, the maps in it. */
export function listAt(raw: RawObject, field: string): readonly RawObject[] {
  const value = raw[field]
  return Array.isArray(value) ? value.filter(isMap) : []
}

export function textAt(raw: RawObject, field: string): string {
  const value = raw[field]
  return typeof value === 'string' ? value : ''
}

function annotationsOf(raw: RawObject): RawObject {
  return mapAt(mapAt(raw, 'metadata'), 'annotations')
}

function ownersOf(raw: RawObject): readonly unknown[] {
  return listAt(mapAt(raw, 'metadata'), 'ownerReferences').map(({ uid }) => uid)
}

function isReady(pod: RawObject): boolean {
  return listAt(mapAt(pod, 'status'), 'conditions').some((one) => one.type === 'Ready' && one.status === 'True')
}
