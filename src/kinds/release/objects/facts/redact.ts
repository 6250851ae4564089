import type { Fingerprint } from '../../../../values/fingerprint.ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer } from '../../../../values/json.ts'

/** Where people put passwords: `kubectl set env DB_PASSWORD=...` stands in clear in the Deployment. */
const HOLDERS: ReadonlySet<string> = new Set(['args', 'command', 'annotations', 'data', 'binaryData', 'httpHeaders'])

/**
 * The facts of a live object with every text under env, args, command, annotations and data replaced by `fingerprint`,
 * unless the manifest has that very text: what it has is declared in plain.
 */
export function redact(
  seen: FactMap,
  wanted: FactMap | undefined,
  fingerprint: (where: JsonPointer, text: string) => Fingerprint,
): FactMap {
  const plain = new Set<FactValue>()
  if (wanted !== undefined) collect(wanted, plain)
  return redactMap(seen, [], false, (path, text) => (plain.has(text) ? text : fingerprint(pointer(...path), text)))
}

function redactMap(
  facts: FactMap,
  path: readonly string[],
  isHolder: boolean,
  replace: (path: readonly string[], text: string) => string,
): FactMap {
  const entries = Object.entries(facts).map(([key, value]) => {
    const here = [...path, key]
    const holds = isHolder || HOLDERS.has(key)
    if (isMap(value)) return [key, redactMap(value as FactMap, here, holds, replace)] as const
    const isSecret = holds || (key === 'value' && path.at(-2) === 'env')
    return [key, isSecret && typeof value === 'string' ? replace(here, value) : value] as const
  })
  return Object.fromEntries(entries)
}

function collect(facts: FactMap, into: Set<FactValue>): void {
  for (const value of Object.values(facts)) {
    if (isMap(value)) collect(value as FactMap, into)
    else into.add(value)
  }
}
