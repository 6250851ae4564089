import { isMap, type JsonPointer, pointer } from '../../../../values/json.ts'
import type { ManagedFields } from '../../../../world/ports/managedFields.ts'
import type { Attribution } from '../../../kind.ts'
import { keysOf } from '../facts/keys.ts'

type Fields = { readonly [key: string]: unknown }

/**
 * Who last wrote which field of an object, by its facts' pointers. Only leaves are attributed: who owns a container does
 * not thereby own what is missing from it. A field that nobody owns (one that was removed) is in nobody's list.
 */
export function fieldOwners(raw: unknown, entries: readonly ManagedFields[]): ReadonlyMap<JsonPointer, Attribution> {
  const found = new Map<JsonPointer, Attribution>()
  // Later entries win: where two managers share a field, the newest wrote it last.
  const byTime = [...entries].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1))
  for (const { manager, time, fields, subresource } of byTime)
    if (subresource !== 'status')
      walk(fields, raw, '', [], (path) => found.set(pointer(...path), { manager, ...(time !== undefined && { time }) }))
  return found
}

function walk(fields: Fields, live: unknown, field: string, path: readonly string[], tell: (path: readonly string[]) => void): void {
  for (const [step, below] of Object.entries(fields)) {
    const next = step === '.' ? undefined : into(step, live, field)
    if (next === undefined) continue
    const here = [...path, next.key]
    const inner = isMap(below) ? below : {}
    if (isLeaf(inner) || next.isBare) tell(here)
    walk(inner, next.live, next.field, here, tell)
  }
}

type Next = { readonly key: string; readonly live: unknown; readonly field: string; readonly isBare: boolean }

/** One step of the server's path (`f:spec`, `k:{"name":"x"}`, `v:"x"`) through the live object, as the facts name it. */
function into(step: string, live: unknown, field: string): Next | undefined {
  const [kind, rest] = [step.slice(0, 2), step.slice(2)]
  if (kind === 'f:') return isMap(live) && rest in live ? { key: rest, live: live[rest], field: rest, isBare: false } : undefined
  if (!Array.isArray(live)) return undefined
  const wanted = parse(rest)
  const index = live.findIndex((element) => (kind === 'k:' ? holds(element, wanted) : JSON.stringify(element) === JSON.stringify(wanted)))
  if (index < 0) return undefined
  const { keys, dropped } = keysOf(field, live)
  const element: unknown = live[index]
  // An element of which nothing is left but its key is a leaf of the facts.
  const isBare = !isMap(element) || Object.keys(element).every((key) => dropped.includes(key))
  return { key: keys[index] as string, live: element, field: '', isBare }
}

function holds(element: unknown, keys: unknown): boolean {
  return isMap(element) && isMap(keys) && Object.entries(keys).every(([key, value]) => element[key] === value)
}

function isLeaf(fields: Fields): boolean {
  return Object.keys(fields).every((key) => key === '.')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
