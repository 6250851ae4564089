import type { ReadResult } from '../values/readResult.ts'
import type { ClusterReads, LivePod } from '../world/ports/cluster.ts'
import type { View } from '../world/ports.ts'

/** The world for one check: pods, which several kinds read, are requested once per namespace. */
export function cachedView(view: View): View {
  const pods = new Map<string, Promise<ReadResult<readonly LivePod[]>>>()
  const podsOf = (namespace: string) => {
    const cached = pods.get(namespace) ?? view.cluster.pods(namespace)
    pods.set(namespace, cached)
    return cached
  }
  const cluster: ClusterReads = {
    identity: () => view.cluster.identity(),
    namespace: (name) => view.cluster.namespace(name),
    secret: (namespace, name) => view.cluster.secret(namespace, name),
    pods: podsOf,
    log: (container) => view.cluster.log(container),
    objects: (kind, namespace, names) => view.cluster.objects(kind, namespace, names),
    release: (namespace, name) => view.cluster.release(namespace, name),
  }
  return { ...view, cluster }
}
