import type { Installation } from '../../installation/installation.ts'
import { SECRET_NAMES } from '../../installation/spacelift.ts'
import { byIndex, EMPTY_LIST, indexKey } from '../../values/factKeys.ts'
import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, segments } from '../../values/json.ts'
import type { Position } from '../../values/position.ts'
import type { HelmValues } from '../../world/ports/helm.ts'
import type { Origins } from '../kind.ts'

/** The values that the guide gives the chart, with `release.values` merged over them. */
export function chartValues({ images, version, serverDomain, release }: Installation): HelmValues {
  const image = `${images.backend.host}/${images.backend.path}:${version}`
  const guide = {
    shared: { serverHostname: serverDomain, image, secretRef: SECRET_NAMES.shared },
    server: { secretRef: SECRET_NAMES.server },
    drain: { secretRef: SECRET_NAMES.drain },
  }
  return merge(guide, release.values)
}

/** Merges as Helm does: maps key by key, anything else is replaced. */
export function merge(base: HelmValues, overrides: HelmValues): HelmValues {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(overrides)) {
    const existing = merged[key]
    merged[key] = isMap(existing) && isMap(value) ? merge(existing, value) : value
  }
  return merged
}

/** Values as facts: a list becomes a map by index, so that its order is compared; null and the empty list stay values of their own. */
export function valueFacts(values: HelmValues): FactMap {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, factOf(value)]))
}

function factOf(value: unknown): FactValue {
  if (Array.isArray(value)) return value.length === 0 ? EMPTY_LIST : byIndex(value.map(factOf))
  if (isMap(value)) return valueFacts(value)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** Where each value is declared: in `release.values`, or by the key of the file that the guide's value follows from. */
export function valueOrigins({ positions }: Installation): Origins {
  const at = (pointer: JsonPointer): Position | 'guide' => positions.get(pointer) ?? 'guide'
  const own = [...positions].filter(([path]) => path.startsWith('/release/values/'))
  return new Map<string, Position | 'guide'>([
    ['', 'guide'],
    ['/chart', at('/release/chart')],
    ['/objects', at('/release/chart')],
    ['/chart/version', positions.get('/release/chart/version') ?? at('/release/chart')],
    [pointer('values', 'shared', 'image'), at('/version')],
    [pointer('values', 'shared', 'serverHostname'), at('/serverDomain')],
    ...own.map(([path, position]) => [factPointer(path.slice('/release'.length)), position] as const),
  ])
}

/** A list's index is `/0` in a pointer into the file, and `/[0]` in the facts. */
function factPointer(filePointer: JsonPointer): JsonPointer {
  return pointer(...segments(filePointer).map((segment) => (/^\d+$/.test(segment) ? indexKey(Number(segment)) : segment)))
}
