import { present, type ReadResult } from '../../../../values/readResult.ts'
import type { ClusterReads, LiveObject, ObjectKind } from '../../../../world/ports/cluster.ts'
import { isSecret } from '../facts/secretFacts.ts'
import type { ManifestObject } from '../manifest.ts'

/** The kinds of every chart for Spacelift: they are listed while Helm's record is still being read. */
const COMMON: readonly ObjectKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
]

/** Lists by kind and namespace, each requested once. */
export class ListCache {
  readonly #cluster: ClusterReads
  readonly #lists = new Map<string, Promise<ReadResult<readonly LiveObject[]>>>()

  constructor(cluster: ClusterReads) {
    this.#cluster = cluster
  }

  /** Starts to list the common kinds. An error is reported when the list is used, or never. */
  prefetchCommon(namespace: string): void {
    for (const kind of COMMON) this.of(kind, namespace, []).catch(() => undefined)
  }

  of(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    const key = `${kind.apiVersion}/${kind.kind} ${namespace}`
    const list = this.#lists.get(key) ?? this.#cluster.objects(kind, namespace, names)
    this.#lists.set(key, list)
    return list
  }

  /** Every object of the kinds and namespaces of a manifest, without Secrets. */
  async ofManifest(objects: readonly ManifestObject[]): Promise<ReadResult<readonly LiveObject[]>> {
    const groups = Map.groupBy(
      objects.filter((object) => !isSecret(object)),
      ({ apiVersion, kind, namespace }) => `${apiVersion}/${kind} ${namespace}`,
    )
    const reads = [...groups.values()].map((group) => {
      const [first] = group as [ManifestObject, ...ManifestObject[]]
      return this.of(first, first.namespace, [...new Set(group.map(({ name }) => name))])
    })
    const live: LiveObject[] = []
    for (const read of await Promise.all(reads)) {
      if (read.is === 'unknown') return read
      if (read.is === 'present') live.push(...read.value)
    }
    return present(live)
  }

  /** The objects of the common kinds that may be read. */
  async common(namespace: string): Promise<readonly LiveObject[]> {
    const reads = await Promise.all(COMMON.map((kind) => this.of(kind, namespace, [])))
    return reads.flatMap((read) => (read.is === 'present' ? read.value : []))
  }
}
