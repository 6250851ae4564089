import { canonicalJson, type FactMap, type FactValue, isMap, segments } from '../../../values/json.ts'
import type { Edit, Restart } from '../../kind.ts'
import { alignDefaults } from './apiDefaults/apply.ts'
import type { ManifestObject } from './manifest.ts'

/** Those whose pods are made anew when their template changes. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet']

/** The facts of all objects of a manifest. What may be there or not is wanted as it is. */
export function desiredObjects(manifest: Iterable<ManifestObject>, seen: FactMap, factsOf: (it: ManifestObject) => FactMap): FactMap {
  const wanted = [...manifest].flatMap((one) => {
    const found = seen[one.key]
    if (one.isOptional && found === undefined) return []
    // It may be gone with the next look: nobody is to keep it.
    if (one.isOptional && isGoing(found)) return [[one.key, found] as const]
    const facts = factsOf(one)
    return [[one.key, isMap(found) ? alignDefaults(one.kind, facts, found as FactMap) : facts] as const]
  })
  return Object.fromEntries(wanted)
}

function isGoing(found: FactValue | undefined): found is FactMap {
  return isMap(found) && isMap(found.metadata) && (found.metadata as FactMap).deleting === true
}

/** The workloads whose pods these edits replace: any change of a pod template that is there and stays. */
export function restartsOf(edits: readonly Edit[], seen: FactMap, wanted: FactMap): readonly Restart[] {
  const touched = new Set(edits.flatMap(({ pointer: where }) => templateTouched(segments(where))))
  return [...touched].flatMap((key) => restartOf(key, seen, wanted))
}

/** An object that is being deleted takes its pods with it. */
function templateTouched([objects, key, part, field]: readonly string[]): string[] {
  return objects === 'objects' && key !== undefined && /^(spec\.template|metadata\.deleting)$/.test(`${part}.${field}`) ? [key] : []
}

function restartOf(key: string, seen: FactMap, wanted: FactMap): readonly Restart[] {
  return key in wanted ? runningWorkloads({ [key]: seen[key] ?? null }) : []
}

/** The workloads among these objects that have pods. */
export function runningWorkloads(objects: FactMap): readonly Restart[] {
  return Object.entries(objects).flatMap(([key, facts]) => {
    const [group, kind = ''] = key.split('/')
    if (group !== 'apps' || !WORKLOADS.includes(kind) || !isMap(facts)) return []
    const replicas = isMap(facts.spec) ? (facts.spec as FactMap).replicas : undefined
    const pods = typeof replicas === 'number' ? replicas : 1
    return pods === 0 ? [] : [{ workload: key.split('/').at(-1) as string, pods }]
  })
}

/** The workloads whose pod templates differ between two sets of objects. */
export function templatesThatDiffer(before: FactMap, after: FactMap): readonly string[] {
  return Object.keys(after)
    .filter((key) => {
      const [old, now] = [templateOf(before[key]), templateOf(after[key])]
      return old !== undefined && now !== undefined && canonicalJson(old) !== canonicalJson(now)
    })
    .map((key) => key.split('/').at(-1) as string)
}

function templateOf(facts: FactValue | undefined): FactValue | undefined {
  return isMap(facts) && isMap(facts.spec) ? (facts.spec as FactMap).template : undefined
}
