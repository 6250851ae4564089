import { type FactMap, type FactValue, isMap, type JsonPointer, longestPrefix, pointer } from '../../../../values/json.ts'
import type { Attribution } from '../../../kind.ts'

/** The groups that the API server itself serves. */
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

/** By these helm and we write: neither sets what no manifest has. */
const OURS = /^(helm|groundcrew)$/i

/** True for a kind whose defaults we know; false for one that a CRD brought. */
export function isBuiltIn(apiVersion: string): boolean {
  const [group, version] = apiVersion.split('/')
  return version === undefined || BUILT_IN.includes(group as string)
}

/**
 * The facts of an object of a CRD's kind without what its schema or its operator give it: fields that no manifest names and
 * nobody else wrote, and finalizers, by which operators work.
 */
export function dropOperatorFields(facts: FactMap, named: FactMap | undefined, by: ReadonlyMap<JsonPointer, Attribution>): FactMap {
  const isOurs = (path: Path) => OURS.test(longestPrefix(by, pointer(...path))?.manager ?? 'helm')
  return withoutLeaves(facts, named, [], (path) => (path[0] === 'metadata' ? path[1] === 'finalizers' : isOurs(path)))
}

type Path = readonly string[]

function withoutLeaves(facts: FactMap, named: FactValue | undefined, path: Path, isGiven: (path: Path) => boolean): FactMap {
  const kept: Record<string, FactValue> = {}
  for (const [key, value] of Object.entries(facts)) {
    const [asked, here] = [isMap(named) ? (named as FactMap)[key] : undefined, [...path, key]]
    const inner = isMap(value) ? withoutLeaves(value as FactMap, asked, here, isGiven) : value
    const isNothing = isMap(inner) && Object.keys(inner).length === 0
    if (asked !== undefined || !(isNothing || !isMap(inner)) || !isGiven(here)) kept[key] = inner
  }
  return kept
}
