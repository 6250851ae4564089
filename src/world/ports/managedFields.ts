import { isMap } from '../../values/json.ts'
import { listAt, mapAt, textAt, type Unstructured } from '../../values/unstructured.ts'

/** One entry of `metadata.managedFields`: the fields that one manager wrote last, and when, if the server recorded it. */
export type ManagedFields = {
  readonly manager: string
  readonly operation: string
  readonly subresource?: string
  /** RFC 3339; a `kubectl scale` carries none. */
  readonly time?: string
  /** Read it with {@link walkFields}. */
  readonly fields: FieldsV1
}

/** The server's tree of fields: `f:data` and below; `.` stands for the field itself. */
export type FieldsV1 = { readonly [step: string]: unknown }

/** One step of the tree: a field of a map, or an element of a list by its key fields or by its value. */
export type FieldStep =
  | { readonly is: 'field'; readonly name: string }
  | { readonly is: 'element'; readonly keys: Unstructured }
  | { readonly is: 'value'; readonly value: unknown }

/** The managedFields of an object's metadata. */
export function managedFieldsOf(metadata: Unstructured): readonly ManagedFields[] {
  return listAt(metadata, 'managedFields').map((entry) => {
    const [subresource, time] = [textAt(entry, 'subresource'), textAt(entry, 'time')]
    return {
      manager: textAt(entry, 'manager'),
      operation: textAt(entry, 'operation'),
      ...(subresource !== '' && { subresource }),
      ...(time !== '' && { time }),
      fields: mapAt(entry, 'fieldsV1'),
    }
  })
}

/**
 * Walks a tree of fields from `root`. `enter` returns the place that a step leads to, or undefined to skip what is below.
 * `isLeaf`: the manager owns the field itself and nothing within it.
 */
export function walkFields<P>(fields: FieldsV1, root: P, enter: (place: P, step: FieldStep, isLeaf: boolean) => P | undefined): void {
  for (const [text, value] of Object.entries(fields)) {
    const step = text === '.' ? undefined : parseStep(text)
    if (step === undefined) continue
    const below = isMap(value) ? value : {}
    const place = enter(
      root,
      step,
      Object.keys(below).every((key) => key === '.'),
    )
    if (place !== undefined) walkFields(below, place, enter)
  }
}

function parseStep(text: string): FieldStep | undefined {
  const [type, rest] = [text.slice(0, 2), text.slice(2)]
  if (type === 'f:') return { is: 'field', name: rest }
  const value = type === 'k:' || type === 'v:' ? parseJson(rest) : undefined
  if (type === 'k:') return isMap(value) ? { is: 'element', keys: value } : undefined
  return value === undefined ? undefined : { is: 'value', value }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
