import type { Fingerprint } from '../../../../values/fingerprint.ts'
import { type FactMap, isMap, type JsonPointer } from '../../../../values/json.ts'
import type { RawObject } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import { withoutDefaults } from '../apiDefaults/apply.ts'
import { objectFacts } from '../facts/objectFacts.ts'
import { redact } from '../facts/redact.ts'
import { dropOperatorFields, isBuiltIn } from './builtInKinds.ts'

/** Set by `kubectl rollout restart`: the pods run as declared, and removing it would restart them again. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/**
 * The facts of a live object, comparable with those of its manifest: without what the server adds, with undeclared fields.
 * Annotations outside the pod template belong to their writers: only those of the manifest are facts.
 */
export function liveFacts(
  kind: string,
  raw: RawObject,
  manifest: FactMap | undefined,
  writers: ReadonlyMap<JsonPointer, Attribution>,
  fingerprint: (pointer: JsonPointer, text: string) => Fingerprint,
): FactMap {
  const own = keepAnnotations(objectFacts(raw), manifest, ['metadata'], () => false)
  const facts = keepAnnotations(own, manifest, ['spec', 'template', 'metadata'], (name) => name !== RESTARTED_AT)
  const comparable = isBuiltIn(String(raw.apiVersion))
    ? withoutDefaults(kind, facts, manifest)
    : dropOperatorFields(facts, manifest, writers)
  return redact(comparable, manifest, fingerprint)
}

/** `facts` with only those annotations at `path` that the manifest has or `isKept` accepts. */
function keepAnnotations(
  facts: FactMap,
  manifest: FactMap | undefined,
  [key, ...rest]: readonly string[],
  isKept: (name: string) => boolean,
): FactMap {
  if (key === undefined) return keepNamed(facts, factsIn(manifest, 'annotations'), isKept)
  const inner = factsIn(facts, key)
  if (inner === undefined) return facts
  const kept = keepAnnotations(inner, factsIn(manifest, key), rest, isKept)
  const { [key]: _, ...others } = facts
  return Object.keys(kept).length === 0 ? others : { ...facts, [key]: kept }
}

function keepNamed(metadata: FactMap, declared: FactMap | undefined, isKept: (name: string) => boolean): FactMap {
  const { annotations, ...rest } = metadata
  if (!isMap(annotations)) return metadata
  const kept = Object.entries(annotations as FactMap).filter(([name]) => (declared !== undefined && name in declared) || isKept(name))
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) }
}

function factsIn(facts: FactMap | undefined, key: string): FactMap | undefined {
  const value = facts?.[key]
  return isMap(value) ? (value as FactMap) : undefined
}
