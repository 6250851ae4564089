import { present, type ReadResult } from '../../../../values/readResult.ts'
import type { ClusterReads, LiveObject, ObjectKind } from '../../../../world/ports/cluster.ts'
import { isSecret } from '../facts/secretFacts.ts'
import type { ManifestObject } from '../manifest.ts'

/** What every chart for Spacelift has: asked for while Helm's record is still on its way. */
const COMMON: readonly ObjectKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
]

/** Lists that are asked for once each, by kind and namespace. */
export class ListCache {
  readonly #cluster: ClusterReads
  readonly #lists = new Map<string, Promise<ReadResult<readonly LiveObject[]>>>()

  constructor(cluster: ClusterReads) {
    this.#cluster = cluster
  }

  /** Begins to ask for the usual kinds. What comes of it is nobody's problem until somebody wants to know. */
  expectUsual(namespace: string): void {
    for (const kind of COMMON) this.of(kind, namespace, []).catch(() => undefined)
  }

  of(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    const key = `${kind.apiVersion}/${kind.kind} ${namespace}`
    const asked = this.#lists.get(key) ?? this.#cluster.objects(kind, namespace, names)
    this.#lists.set(key, asked)
    return asked
  }

  /** Every object of the kinds and namespaces of a manifest; Secrets are read elsewhere. */
  async ofManifest(objects: readonly ManifestObject[]): Promise<ReadResult<readonly LiveObject[]>> {
    const groups = Map.groupBy(
      objects.filter((one) => !isSecret(one)),
      ({ apiVersion, kind, namespace }) => `${apiVersion}/${kind} ${namespace}`,
    )
    const reads = [...groups.values()].map((group) => {
      const [first] = group as [ManifestObject, ...ManifestObject[]]
      return this.of(first, first.namespace, [...new Set(group.map(({ name }) => name))])
    })
    const all: LiveObject[] = []
    for (const read of await Promise.all(reads)) {
      if (read.is === 'unknown') return read
      if (read.is === 'present') all.push(...read.value)
    }
    return present(all)
  }

  /** What has come of the usual kinds, refusals left out. */
  async usual(namespace: string): Promise<readonly LiveObject[]> {
    const reads = await Promise.all(COMMON.map((kind) => this.of(kind, namespace, [])))
    return reads.flatMap((read) => (read.is === 'present' ? read.value : []))
  }
}
