import type { Installation } from '../../installation/installation.ts'
import { SECRET_NAMES } from '../../installation/spacelift.ts'
import { byIndex, EMPTY_LIST, indexKey } from '../../values/factKeys.ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, segments } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { HelmValues } from '../../world/ports/helm.ts'
import type { Origins } from '../kind.ts'

/** The values the guide gives the chart, with the person's own merged over them. */
export function chartValues(it: Installation): HelmValues {
  const image = `${it.images.backend.host}/${it.images.backend.path}:${it.version}`
  const guide = {
    shared: { serverHostname: it.serverDomain, image, secretRef: SECRET_NAMES.shared },
    server: { secretRef: SECRET_NAMES.server },
    drain: { secretRef: SECRET_NAMES.drain },
  }
  return merge(guide, it.release.values)
}

/** Maps merge key by key, everything else is replaced: as Helm merges values. */
export function merge(below: HelmValues, over: HelmValues): HelmValues {
  const merged: Record<string, unknown> = { ...below }
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key]
    merged[key] = isMap(before) && isMap(value) ? merge(before, value) : value
  }
  return merged
}

/** Values as facts: a list becomes a map keyed `[0]`, `[1]`, ... so that its order is compared; null and the empty list stay themselves. */
export function valueFacts(values: HelmValues): FactMap {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, factOf(value)]))
}

function factOf(value: unknown): FactValue {
  if (Array.isArray(value)) return value.length === 0 ? EMPTY_LIST : byIndex(value.map(factOf))
  if (isMap(value)) return valueFacts(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** Where each value was declared: the file for the person's own, the parts of the file that the guide's values follow. */
export function valueOrigins(it: Installation): Origins {
  const at = (where: string): Position | 'guide' => it.positions.get(where) ?? 'guide'
  const own = [...it.positions].filter(([where]) => where.startsWith('/release/values/'))
  return new Map<string, Position | 'guide'>([
    ['', 'guide'],
    ['/chart', at('/release/chart')],
    ['/objects', at('/release/chart')],
    ['/chart/version', it.positions.get('/release/chart/version') ?? at('/release/chart')],
    [pointer('values', 'shared', 'image'), at('/version')],
    [pointer('values', 'shared', 'serverHostname'), at('/serverDomain')],
    ...own.map(([where, position]) => [factPointer(where.slice('/release'.length)), position] as const),
  ])
}

/** A list's index is `/0` in a pointer into the file, and `/[0]` in the facts. */
function factPointer(filePointer: JsonPointer): JsonPointer {
  return pointer(...segments(filePointer).map((segment) => (/^\d+$/.test(segment) ? indexKey(Number(segment)) : segment)))
}
