import type { Bucket } from '../../installation/installation.ts'
import { canonicalJson } from '../../values/json.ts'
import type { LifecycleRule } from '../../world/ports/objectStore.ts'
import { entriesOf } from './rules.ts'

const EVERYTHING = { prefix: '', tags: {} } as const

/** The rules a bucket is to have, with ids in the guide's form. */
export function declaredRules({ expireAfterDays, noncurrentDays }: Bucket): readonly LifecycleRule[] {
  return [
    ...(expireAfterDays === undefined
      ? []
      : [{ id: `expire-after-${days(expireAfterDays)}`, enabled: true, filter: EVERYTHING, expiration: { days: expireAfterDays } }]),
    ...(noncurrentDays === undefined
      ? []
      : [
          {
            id: `expire-noncurrent-after-${days(noncurrentDays)}`,
            enabled: true,
            filter: EVERYTHING,
            noncurrentExpiration: { days: noncurrentDays },
          },
        ]),
  ]
}

/** The declared rules, but a rule that is there and says nothing else is kept as it is, id included. */
export function rulesToWrite(declared: readonly LifecycleRule[], there: readonly LifecycleRule[]): readonly LifecycleRule[] {
  const missing = new Set(declared.flatMap(textsOf))
  const kept = there.filter((rule) => {
    const texts = textsOf(rule)
    if (!texts.every((text) => missing.has(text))) return false
    for (const text of texts) missing.delete(text)
    return true
  })
  const ids = new Set(kept.map((rule) => rule.id))
  const fresh = declared.filter((rule) => textsOf(rule).some((text) => missing.has(text)))
  return [...kept, ...fresh.map((rule) => ({ ...rule, id: freeId(rule.id, ids) }))]
}

function textsOf(rule: LifecycleRule): string[] {
  return entriesOf(rule).map(canonicalJson)
}

/** MinIO refuses two rules of one id. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  for (let n = 2, free = id; ; n++) {
    if (!taken.has(free)) return free
    free = `${id}-${n}`
  }
}

function days(count: number): string {
  return `${count}-${count === 1 ? 'day' : 'days'}`
}
