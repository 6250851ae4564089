import type { Difference } from '../../../values/diff.ts'
import { listOfOrderKey, orderText, parseOrder } from '../../../values/factKeys.ts'
import { type FactMap, isMap, pointer, segments, valueAt } from '../../../values/json.ts'

/** The edits without those that come with others: the order of a list in which only undeclared elements stand between the declared. */
export function withoutImplied(edits: readonly Difference[], desired: FactMap): readonly Difference[] {
  return edits.filter((edit) => !isImplied(edit, desired))
}

function isImplied(edit: Difference, desired: FactMap): boolean {
  const path = segments(edit.pointer)
  const listName = listOfOrderKey(path.at(-1) ?? '')
  if (listName === undefined || typeof edit.from !== 'string') return false
  const list = valueAt(desired, pointer(...path.slice(0, -1), listName))
  const declared = parseOrder(edit.from).filter((key) => isMap(list) && key in list)
  return edit.to === undefined || orderText(declared) === edit.to
}
