import { type FactMap, type FactValue, isMap, type JsonPointer, pointer, segments, valueAt } from '../../../values/json.ts'

/** One leaf that is not as wanted; `to` undefined: nothing is to stand there. */
export type FieldEdit = { readonly pointer: JsonPointer; readonly from: FactValue | undefined; readonly to: FactValue | undefined }

/** The leaves in which a live object differs from what is wanted of it. */
export function editsBetween(seen: FactMap, wanted: FactMap, path: readonly string[] = []): FieldEdit[] {
  const keys = new Set([...Object.keys(seen), ...Object.keys(wanted)])
  return [...keys].flatMap((key) => {
    const [from, to, here] = [seen[key], wanted[key], [...path, key]]
    if (isMap(from) && isMap(to)) return editsBetween(from as FactMap, to as FactMap, here)
    return from === to ? [] : leaves(from, to, here)
  })
}

function leaves(from: FactValue | undefined, to: FactValue | undefined, path: readonly string[]): FieldEdit[] {
  const inner = isMap(from) ? from : isMap(to) ? to : undefined
  if (inner === undefined || Object.keys(inner).length === 0) return [{ pointer: pointer(...path), from, to }]
  const none: FactMap = {}
  const below = editsBetween(isMap(from) ? (from as FactMap) : none, isMap(to) ? (to as FactMap) : none, path)
  const scalar = isMap(from) ? to : from
  return scalar === undefined
    ? below
    : [...below, { pointer: pointer(...path), from: isMap(from) ? undefined : from, to: isMap(to) ? undefined : to }]
}

/** The edits but for those that come with others: the order of a list in which only strangers stand between. */
export function withoutImplied(edits: readonly FieldEdit[], wanted: FactMap): readonly FieldEdit[] {
  return edits.filter((edit) => !isImplied(edit, wanted))
}

function isImplied({ pointer: where, from, to }: FieldEdit, wanted: FactMap): boolean {
  const path = segments(where)
  const [, field] = /^(.*) \(order\)$/.exec(path.at(-1) ?? '') ?? []
  if (field === undefined || typeof from !== 'string') return false
  const list = valueAt(wanted, pointer(...path.slice(0, -1), field))
  const own = from.split(', ').filter((key) => isMap(list) && key in list)
  return to === undefined || own.join(', ') === to
}
