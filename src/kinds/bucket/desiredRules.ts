import type { Bucket } from '../../installation/installation.ts'
import { canonicalJson } from '../../values/json.ts'
import type { LifecycleRule } from '../../world/ports/objectStore.ts'
import { entriesOf } from './rules.ts'

const ALL_OBJECTS = { prefix: '', tags: {} } as const

/** The declared lifecycle rules of a bucket, with ids in the guide's form. */
export function declaredRules({ expireAfterDays, noncurrentDays }: Bucket): readonly LifecycleRule[] {
  return [
    ...(expireAfterDays === undefined
      ? []
      : [{ id: `expire-after-${days(expireAfterDays)}`, enabled: true, filter: ALL_OBJECTS, expiration: { days: expireAfterDays } }]),
    ...(noncurrentDays === undefined
      ? []
      : [
          {
            id: `expire-noncurrent-after-${days(noncurrentDays)}`,
            enabled: true,
            filter: ALL_OBJECTS,
            noncurrentExpiration: { days: noncurrentDays },
          },
        ]),
  ]
}

/** The declared rules; an existing rule that does only what is declared is kept as it is, id included. */
export function rulesToWrite(declared: readonly LifecycleRule[], existing: readonly LifecycleRule[]): readonly LifecycleRule[] {
  const missing = new Set(declared.flatMap(textsOf))
  const kept = existing.filter((rule) => {
    const texts = textsOf(rule)
    if (!texts.every((text) => missing.has(text))) return false
    for (const text of texts) missing.delete(text)
    return true
  })
  const ids = new Set(kept.map((rule) => rule.id))
  const added = declared.filter((rule) => textsOf(rule).some((text) => missing.has(text)))
  return [...kept, ...added.map((rule) => ({ ...rule, id: freeId(rule.id, ids) }))]
}

function textsOf(rule: LifecycleRule): string[] {
  return entriesOf(rule).map(canonicalJson)
}

/** MinIO rejects two rules with the same id. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  for (let n = 2, free = id; ; n++) {
    if (!taken.has(free)) return free
    free = `${id}-${n}`
  }
}

function days(count: number): string {
  return `${count}-${count === 1 ? 'day' : 'days'}`
}
