import type { Fingerprint } from '../../../../values/fingerprint.ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer } from '../../../../values/json.ts'

/** Fields that often hold passwords: `kubectl set env DB_PASSWORD=...` writes one in clear text into the Deployment. */
const SENSITIVE: ReadonlySet<string> = new Set(['args', 'command', 'annotations', 'data', 'binaryData', 'httpHeaders'])

/**
 * The facts of a live object with every text under env, args, command, annotations and data replaced by `fingerprint`,
 * unless the manifest contains the same text: it declares that in clear text.
 */
export function redact(
  live: FactMap,
  manifest: FactMap | undefined,
  fingerprint: (pointer: JsonPointer, text: string) => Fingerprint,
): FactMap {
  const plain = new Set<FactValue>()
  if (manifest !== undefined) collectValues(manifest, plain)
  return redactMap(live, [], false, (path, text) => (plain.has(text) ? text : fingerprint(pointer(...path), text)))
}

function redactMap(
  facts: FactMap,
  path: readonly string[],
  isSensitive: boolean,
  replace: (path: readonly string[], text: string) => string,
): FactMap {
  const entries = Object.entries(facts).map(([key, value]) => {
    const inner = [...path, key]
    const isInnerSensitive = isSensitive || SENSITIVE.has(key)
    if (isMap(value)) return [key, redactMap(value as FactMap, inner, isInnerSensitive, replace)] as const
    const isSecret = isInnerSensitive || (key === 'value' && path.at(-2) === 'env')
    return [key, isSecret && typeof value === 'string' ? replace(inner, value) : value] as const
  })
  return Object.fromEntries(entries)
}

function collectValues(facts: FactMap, into: Set<FactValue>): void {
  for (const value of Object.values(facts)) {
    if (isMap(value)) collectValues(value as FactMap, into)
    else into.add(value)
  }
}
