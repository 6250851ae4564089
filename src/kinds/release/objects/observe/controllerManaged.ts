import { type FactMap, isMap } from '../../../../values/json.ts'
import { present, type ReadResult } from '../../../../values/readResult.ts'
import { mapAt, textAt } from '../../../../values/unstructured.ts'
import type { LiveObject, ObjectKind } from '../../../../world/ports/cluster.ts'
import type { ManifestObject } from '../manifest.ts'
import type { ListCache } from './listCache.ts'

/** Fields of a release's objects that controllers set and the manifest leaves to them. */
export type ControllerManaged = {
  /** Workloads whose replicas an autoscaler sets. */
  readonly scaled: readonly string[]
  /** Ingress classes that the server gave to an Ingress created without one. */
  readonly classes: readonly string[]
}

type Objects = { readonly manifest: ReadonlyMap<string, ManifestObject>; readonly live: ReadonlyMap<string, LiveObject> }

const AUTOSCALER: ObjectKind = { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' }
const INGRESS_CLASS: ObjectKind = { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' }

/** Sends requests only where a field differs from the manifest. */
export async function observeControllers(lists: ListCache, namespace: string, objects: Objects): Promise<ReadResult<ControllerManaged>> {
  const [scaled, classes] = await Promise.all([scaledWorkloads(lists, namespace, objects), defaultClasses(lists, objects)])
  return scaled.is === 'present' ? present({ scaled: scaled.value, classes }) : scaled
}

/** The facts without the fields that controllers set. */
export function dropControllerManaged(
  key: string,
  facts: FactMap,
  manifest: FactMap | undefined,
  { scaled, classes }: ControllerManaged,
): FactMap {
  if (!isMap(facts.spec)) return facts
  const spec = facts.spec as FactMap
  const declared = (isMap(manifest?.spec) ? manifest.spec : {}) as FactMap
  if (scaled.includes(key)) {
    const { replicas: _, ...rest } = spec
    return { ...facts, spec: { ...rest, ...(declared.replicas !== undefined && { replicas: declared.replicas }) } }
  }
  if (declared.ingressClassName !== undefined || !classes.includes(String(spec.ingressClassName))) return facts
  const { ingressClassName: _, ...rest } = spec
  return { ...facts, spec: rest }
}

async function scaledWorkloads(lists: ListCache, namespace: string, { manifest, live }: Objects): Promise<ReadResult<readonly string[]>> {
  const differing = [...manifest].filter(([key, { raw }]) => {
    const liveSpec = mapAt(live.get(key)?.raw, 'spec')
    return 'replicas' in liveSpec && liveSpec.replicas !== (mapAt(raw, 'spec').replicas ?? 1)
  })
  if (differing.length === 0) return present([])
  const read = await lists.of(AUTOSCALER, namespace, [])
  if (read.is !== 'present') return read
  const targets = read.value.map(({ raw }) => mapAt(raw, 'spec', 'scaleTargetRef'))
  const isScaled = (object: ManifestObject) => targets.some(({ kind, name }) => kind === object.kind && name === object.name)
  return present(differing.filter(([, object]) => isScaled(object)).map(([key]) => key))
}

/**
 * If the classes may not be read, every class counts as the default, so one that was set by hand is not reported: removing a
 * class may take an Ingress out of service.
 */
async function defaultClasses(lists: ListCache, { manifest, live }: Objects): Promise<readonly string[]> {
  const undeclared = [...manifest.values()].flatMap(({ key, kind, raw }) => {
    const name = textAt(live.get(key)?.raw, 'spec', 'ingressClassName')
    return kind === 'Ingress' && mapAt(raw, 'spec').ingressClassName === undefined && name !== '' ? [name] : []
  })
  const names = [...new Set(undeclared)]
  if (names.length === 0) return []
  const read = await lists.of(INGRESS_CLASS, '', names)
  return read.is === 'present' ? read.value.filter(isDefault).map(({ name }) => name) : names
}

function isDefault({ raw }: LiveObject): boolean {
  return textAt(raw, 'metadata', 'annotations', 'ingressclass.kubernetes.io/is-default-class') === 'true'
}
