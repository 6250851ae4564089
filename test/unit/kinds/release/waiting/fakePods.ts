import { mapAt } from '../../../../../src/values/unstructured.ts'
import type { RawObject } from '../../../../../src/world/ports/cluster.ts'
import type { FakeCluster } from '../fakeCluster.ts'
import { named } from '../fakeHelm.ts'

export const CRASHED = {
  containerStatuses: [
    {
      name: 'server',
      ready: false,
      state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } },
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    },
  ],
}

/** A ReplicaSet of the Deployment `spacelift-server`; the highest revision is the newest. */
export function putReplicaSet(cluster: FakeCluster, name: string, revision: number, status: object = {}): void {
  const deployment = String(mapAt(cluster.live('Deployment', 'spacelift-server'), 'metadata').uid)
  putOwned(cluster, named('apps/v1', 'ReplicaSet', name), deployment, { status }, { 'deployment.kubernetes.io/revision': String(revision) })
}

/** A pod of a ReplicaSet with this status; it holds the secrets with these names. */
export function putPod(cluster: FakeCluster, name: string, replicaSet: string, status: object, secrets: readonly string[] = []): void {
  const envFrom = secrets.map((secret) => ({ secretRef: { name: secret } }))
  const spec = { containers: [{ name: 'server', envFrom }] }
  putOwned(cluster, named('v1', 'Pod', name), `uid-of-${replicaSet}`, { spec, status: { phase: 'Running', ...status } })
}

/** A warning about the object with this name. */
export function putWarning(cluster: FakeCluster, about: string, reason: string, message: string, lastTimestamp: string): void {
  const involvedObject = { uid: `uid-of-${about}` }
  cluster.put({ ...named('v1', 'Event', `${about}-${lastTimestamp}`), involvedObject, type: 'Warning', reason, message, lastTimestamp })
}

function putOwned(
  cluster: FakeCluster,
  object: ReturnType<typeof named>,
  owner: string,
  rest: RawObject,
  annotations: { [name: string]: string } = {},
): void {
  const { name } = object.metadata
  cluster.put({ ...object, ...rest, metadata: { name, annotations, uid: `uid-of-${name}`, ownerReferences: [{ uid: owner }] } })
}
