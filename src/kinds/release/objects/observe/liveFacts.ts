import type { Fingerprint } from '../../../../values/fingerprint.ts'
import { type FactMap, isMap, type JsonPointer } from '../../../../values/json.ts'
import type { RawObject } from '../../../../world/ports/cluster.ts'
import type { Attribution } from '../../../kind.ts'
import { withoutDefaults } from '../apiDefaults/apply.ts'
import { objectFacts } from '../facts/objectFacts.ts'
import { redact } from '../facts/redact.ts'
import { dropOperatorFields, isBuiltIn } from './builtInKinds.ts'

/** `kubectl rollout restart` is how people restart: what runs is as declared, and taking it away would restart again. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/**
 * The facts of a live object beside those of its manifest: without what the server adds, and with what nobody declared.
 * Annotations outside the pod template belong to whoever writes them: only the manifest's own are looked at.
 */
export function liveFacts(
  kind: string,
  raw: RawObject,
  manifest: FactMap | undefined,
  by: ReadonlyMap<JsonPointer, Attribution>,
  fingerprint: (where: JsonPointer, text: string) => Fingerprint,
): FactMap {
  const own = keepAnnotations(objectFacts(raw), manifest, ['metadata'], () => false)
  const facts = keepAnnotations(own, manifest, ['spec', 'template', 'metadata'], (name) => name !== RESTARTED_AT)
  const meant = isBuiltIn(String(raw.apiVersion)) ? withoutDefaults(kind, facts, manifest) : dropOperatorFields(facts, manifest, by)
  return redact(meant, manifest, fingerprint)
}

/** `facts` with only those annotations at `path` that the manifest has or `keeps` says yes to. */
function keepAnnotations(
  facts: FactMap,
  manifest: FactMap | undefined,
  [key, ...rest]: readonly string[],
  keeps: (name: string) => boolean,
): FactMap {
  if (key === undefined) return keepOwn(facts, mapAt(manifest, 'annotations'), keeps)
  const inner = mapAt(facts, key)
  if (inner === undefined) return facts
  const kept = keepAnnotations(inner, mapAt(manifest, key), rest, keeps)
  const { [key]: _, ...others } = facts
  return Object.keys(kept).length === 0 ? others : { ...facts, [key]: kept }
}

function keepOwn(metadata: FactMap, named: FactMap | undefined, keeps: (name: string) => boolean): FactMap {
  const { annotations, ...rest } = metadata
  if (!isMap(annotations)) return metadata
  const kept = Object.entries(annotations as FactMap).filter(([name]) => (named !== undefined && name in named) || keeps(name))
  return kept.length === 0 ? rest : { ...rest, annotations: Object.fromEntries(kept) }
}

function mapAt(facts: FactMap | undefined, key: string): FactMap | undefined {
  const value = facts?.[key]
  return isMap(value) ? (value as FactMap) : undefined
}
