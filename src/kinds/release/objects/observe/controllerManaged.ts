import { type FactMap, isMap } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import type { LiveObject, RawObject } from '../../../../world/ports/cluster.ts'
import type { ManifestObject } from '../manifest.ts'
import type { ListCache } from './listCache.ts'

/** What others in the cluster decide of a release's objects, and the manifest leaves to them. */
export type ControllerManaged = {
  /** Workloads whose number of pods an autoscaler decides. */
  readonly scaled: readonly string[]
  /** Classes that an Ingress without one was given when it was made. */
  readonly classes: readonly string[]
}

type Objects = { readonly manifest: ReadonlyMap<string, ManifestObject>; readonly live: ReadonlyMap<string, LiveObject> }

/** Asks the API only where something is not the manifest's. */
export async function observeControllers(lists: ListCache, namespace: string, objects: Objects): Promise<ReadResult<ControllerManaged>> {
  const [scaled, classes] = await Promise.all([scaledWorkloads(lists, namespace, objects), defaultClasses(lists, objects)])
  return scaled.is === 'present' ? present({ scaled: scaled.value, classes }) : scaled
}

/** The facts without what is decided elsewhere. */
export function dropControllerManaged(
  key: string,
  facts: FactMap,
  manifest: FactMap | undefined,
  { scaled, classes }: ControllerManaged,
): FactMap {
  if (!isMap(facts.spec)) return facts
  const spec = facts.spec as FactMap
  const named = (isMap(manifest?.spec) ? manifest.spec : {}) as FactMap
  if (scaled.includes(key)) {
    const { replicas: _, ...rest } = spec
    return { ...facts, spec: { ...rest, ...(named.replicas !== undefined && { replicas: named.replicas }) } }
  }
  if (named.ingressClassName !== undefined || !classes.includes(String(spec.ingressClassName))) return facts
  const { ingressClassName: _, ...rest } = spec
  return { ...facts, spec: rest }
}

async function scaledWorkloads(lists: ListCache, namespace: string, { manifest, live }: Objects): Promise<ReadResult<readonly string[]>> {
  const differ = [...manifest].filter(([key, one]) => {
    const found = live.get(key)
    return found !== undefined && 'replicas' in specOf(found.raw) && specOf(found.raw).replicas !== (specOf(one.raw).replicas ?? 1)
  })
  if (differ.length === 0) return present([])
  const read = await lists.of({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }, namespace, [])
  if (read.is !== 'present') return read
  const targets = read.value.map(({ raw }) => specOf(raw).scaleTargetRef).filter(isMap)
  return present(differ.filter(([, one]) => targets.some(({ kind, name }) => kind === one.kind && name === one.name)).map(([key]) => key))
}

/** Who may not look at the classes is not told that one was set by hand: taking a class away may take an Ingress out of service. */
async function defaultClasses(lists: ListCache, { manifest, live }: Objects): Promise<readonly string[]> {
  const given = [...manifest.values()].flatMap(({ key, kind, raw }) => {
    const found = live.get(key)
    const name = found === undefined ? undefined : specOf(found.raw).ingressClassName
    return kind === 'Ingress' && specOf(raw).ingressClassName === undefined && typeof name === 'string' ? [name] : []
  })
  const names = [...new Set(given)]
  if (names.length === 0) return []
  const read = await lists.of({ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' }, '', names)
  return read.is === 'present' ? read.value.filter(isDefault).map(({ name }) => name) : names
}

function isDefault({ raw }: LiveObject): boolean {
  const metadata = isMap(raw.metadata) && isMap(raw.metadata.annotations) ? raw.metadata.annotations : {}
  return metadata['ingressclass.kubernetes.io/is-default-class'] === 'true'
}

function specOf(raw: RawObject): RawObject {
  return isMap(raw.spec) ? raw.spec : {}
}
