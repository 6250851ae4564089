import { canonicalJson, type FactMap, type FactValue, isMap, pointer, valueAt } from '../../../values/json.ts'
import type { Edit, Restart } from '../../kind.ts'
import { alignDefaults } from './apiDefaults/apply.ts'
import { splitObjectPointer } from './facts/objectPointer.ts'
import type { ManifestObject } from './manifest.ts'

/** Kinds whose pods are replaced when their template changes. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet']

/** The desired facts of all objects of a manifest. An optional object is desired as it is: absent, or being deleted. */
export function desiredObjects(
  manifest: Iterable<ManifestObject>,
  observed: FactMap,
  factsOf: (object: ManifestObject) => FactMap,
): FactMap {
  const entries = [...manifest].flatMap((object) => {
    const live = observed[object.key]
    if (object.isOptional && live === undefined) return []
    // It may be absent at the next observation: no repair is to keep it.
    if (object.isOptional && live !== undefined && isBeingDeleted(live)) return [[object.key, live] as const]
    const facts = factsOf(object)
    return [[object.key, isMap(live) ? alignDefaults(object.kind, facts, live as FactMap) : facts] as const]
  })
  return Object.fromEntries(entries)
}

function isBeingDeleted(facts: FactValue): boolean {
  return valueAt(facts, '/metadata/deleting') === true
}

/** The workloads whose pods these edits replace: any change of a pod template of a workload that exists and stays. */
export function restartsOf(edits: readonly Edit[], observed: FactMap, desired: FactMap): readonly Restart[] {
  const changed = new Set(edits.flatMap((edit) => changedWorkload(edit)))
  return [...changed].flatMap((key) => (key in desired ? runningWorkloads({ [key]: observed[key] ?? null }) : []))
}

/** An object that is being deleted takes its pods with it. */
function changedWorkload(edit: Edit): string[] {
  const { object, path } = splitObjectPointer(edit.pointer) ?? { object: '', path: [] }
  return /^(spec\.template|metadata\.deleting)$/.test(path.slice(0, 2).join('.')) ? [object] : []
}

/** The workloads among these objects that have pods. */
export function runningWorkloads(objects: FactMap): readonly Restart[] {
  return Object.entries(objects).flatMap(([key, facts]) => {
    const [group, kind = ''] = key.split('/')
    if (group !== 'apps' || !WORKLOADS.includes(kind) || !isMap(facts)) return []
    const replicas = valueAt(facts as FactMap, '/spec/replicas')
    const pods = typeof replicas === 'number' ? replicas : 1
    return pods === 0 ? [] : [{ workload: nameIn(key), pods }]
  })
}

/** The workloads whose pod templates differ between two sets of objects. */
export function changedTemplates(before: FactMap, after: FactMap): readonly string[] {
  const templateOf = (objects: FactMap, key: string) => valueAt(objects, pointer(key, 'spec', 'template'))
  const isChanged = (key: string) => {
    const [old, current] = [templateOf(before, key), templateOf(after, key)]
    return old !== undefined && current !== undefined && canonicalJson(old) !== canonicalJson(current)
  }
  return Object.keys(after).filter(isChanged).map(nameIn)
}

function nameIn(key: string): string {
  return key.split('/').at(-1) as string
}
