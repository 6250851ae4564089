import { type FactMap, type FactValue, isMap, type JsonPointer, longestPrefix, pointer } from '../../../../values/json.ts'
import type { Attribution } from '../../../kind.ts'

/** The API groups that the API server itself serves. */
const BUILT_IN = [
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'rbac.authorization.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]

/** The managers that helm and groundcrew write as; neither sets a field that no manifest has. */
const OWN_MANAGERS = /^(helm|groundcrew)$/i

/** True for a kind whose API defaults are known; false for one that a CRD defines. */
export function isBuiltIn(apiVersion: string): boolean {
  const [group, version] = apiVersion.split('/')
  return version === undefined || BUILT_IN.includes(group as string)
}

/**
 * The facts of a custom resource without what its schema or its operator adds: undeclared fields that no other manager wrote,
 * and finalizers, which operators need for their work.
 */
export function dropOperatorFields(facts: FactMap, declared: FactMap | undefined, writers: ReadonlyMap<JsonPointer, Attribution>): FactMap {
  const isOwn = (path: Path) => OWN_MANAGERS.test(longestPrefix(writers, pointer(...path))?.manager ?? 'helm')
  return withoutLeaves(facts, declared, [], (path) => (path[0] === 'metadata' ? path[1] === 'finalizers' : isOwn(path)))
}

type Path = readonly string[]

function withoutLeaves(facts: FactMap, declared: FactValue | undefined, path: Path, isAdded: (path: Path) => boolean): FactMap {
  const kept: Record<string, FactValue> = {}
  for (const [key, value] of Object.entries(facts)) {
    const declaredValue = isMap(declared) ? (declared as FactMap)[key] : undefined
    const inner = isMap(value) ? withoutLeaves(value as FactMap, declaredValue, [...path, key], isAdded) : value
    const isLeaf = !isMap(inner) || Object.keys(inner).length === 0
    if (declaredValue !== undefined || !isLeaf || !isAdded([...path, key])) kept[key] = inner
  }
  return kept
}
