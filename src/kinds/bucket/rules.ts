import { numberDuplicates } from '../../values/factKeys.ts'
import { canonicalJson, type FactMap } from '../../values/json.ts'
import type { LifecycleRule } from '../../world/ports/objectStore.ts'

/** Lifecycle rules as facts: each action of each rule, keyed by its filter and its effect. A rule's id is no fact: mc generates random ids. */
export type RuleFacts = { readonly [rule: string]: FactMap }

export const ALL_OBJECTS = 'all objects'
export const EXPIRE_CURRENT = `${ALL_OBJECTS}: expire current versions`
export const EXPIRE_ALL = `${ALL_OBJECTS}: expire all versions`
export const EXPIRE_NONCURRENT = `${ALL_OBJECTS}: expire noncurrent versions`

type Entry = readonly [key: string, facts: FactMap]

/** The same facts for the same rules, whatever their order, ids, and distribution of actions over rules. A second rule with the same key is `KEY#2`. */
export function ruleFacts(rules: readonly LifecycleRule[]): RuleFacts {
  const sorted = rules
    .flatMap(entriesOf)
    .map((entry) => [entry, canonicalJson(entry)] as const)
    .sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
  const keys = numberDuplicates(sorted.map(([[key]]) => key))
  return Object.fromEntries(sorted.map(([[, facts]], index) => [keys[index], facts]))
}

/** One rule, action by action. */
export function entriesOf({ enabled, filter, ...rule }: LifecycleRule): readonly Entry[] {
  const { expiration, noncurrentExpiration: noncurrent, transition, noncurrentTransition, delMarkerExpiration, other = {} } = rule
  const objects = filterText(filter)
  const entry = (effect: string, facts: { readonly [name: string]: string | number | undefined }): Entry[] => [
    [`${objects}: ${effect}`, { enabled, ...defined(facts) }],
  ]
  const { days, date, expiredObjectAllVersions, expiredObjectDeleteMarker } = expiration ?? {}
  const entries = [
    ...(days === undefined && date === undefined
      ? []
      : entry(expiredObjectAllVersions ? 'expire all versions' : 'expire current versions', { days, date })),
    ...(expiredObjectDeleteMarker ? entry('remove delete markers with nothing behind them', {}) : []),
    ...(noncurrent ? entry('expire noncurrent versions', { days: noncurrent.days, keepNewest: noncurrent.newerVersions }) : []),
    ...(delMarkerExpiration ? entry('expire deleted objects', { days: delMarkerExpiration.days }) : []),
    ...(transition ? entry('move current versions', transition) : []),
    ...(noncurrentTransition ? entry('move noncurrent versions', noncurrentTransition) : []),
    ...Object.entries(other).flatMap(([element, content]) => entry(element, { content })),
  ]
  // MinIO accepts no rule without an action; if one exists all the same, it is a difference.
  return entries.length > 0 ? entries : entry('do nothing', {})
}

function filterText({ prefix, tags, sizeGreaterThan, sizeLessThan }: LifecycleRule['filter']): string {
  const parts = [
    ...(prefix === '' ? [] : [`prefix ${quoted(prefix)}`]),
    ...Object.keys(tags)
      .sort()
      .map((key) => `tag ${quoted(key)}=${quoted(tags[key] ?? '')}`),
    ...(sizeGreaterThan === undefined ? [] : [`larger than ${sizeGreaterThan} bytes`]),
    ...(sizeLessThan === undefined ? [] : [`smaller than ${sizeLessThan} bytes`]),
  ]
  return parts.length === 0 ? ALL_OBJECTS : parts.join(', ')
}

/** Quoted where a name could be mistaken for another part of the text. */
function quoted(name: string): string {
  return /^[\w./-]+$/.test(name) ? name : JSON.stringify(name)
}

function defined(facts: { readonly [name: string]: string | number | undefined }): FactMap {
  return Object.fromEntries(Object.entries(facts).filter((fact): fact is [string, string | number] => fact[1] !== undefined))
}
