import type { Difference } from '../../../../values/diff.ts'
import { type FactMap, isMap, pointer } from '../../../../values/json.ts'
import type { Edit } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import { splitObjectPointer } from '../facts/objectPointer.ts'
import { withoutImplied } from '../impliedEdits.ts'

/** True for an edit that only an upgrade can make: of the release itself, or of what the chart's templates declare. */
export function isHelmOwned(edit: Edit, { basis, desired, observed }: ReleaseChange): boolean {
  const split = splitObjectPointer(edit.pointer)
  if (split === undefined) return true
  const { object, path } = split
  if (basis.manifest.get(object)?.origin !== 'template')
    return observed.is === 'present' && observed.evidence.objects.manifest.get(object)?.origin === 'template'
  if (isDeleting(path)) return true
  const facts = desired.objects?.[object]
  const inObject: Difference = { pointer: pointer(...path), from: edit.from, to: edit.to }
  return edit.to !== undefined && isMap(facts) && withoutImplied([inObject], facts as FactMap).length > 0
}

/**
 * The objects that have undeclared fields beside those that an upgrade will set. The API may reject both together (two ports
 * of one name), so these objects are repaired before the upgrade. If the upgrade brings other values or another chart, only
 * what drifted counts: the upgrade itself changes the rest.
 */
export function needsPreRepair(change: ReleaseChange): ReadonlySet<string> {
  const edits = changesRelease(change) ? change.edits.filter(({ cause }) => cause !== 'declared') : change.edits
  const byObject = Map.groupBy(edits, (edit) => splitObjectPointer(edit.pointer)?.object)
  const isMixed = (objectEdits: readonly Edit[]) =>
    objectEdits.some(({ to }) => to === undefined) && objectEdits.some((edit) => isHelmOwned(edit, change))
  return new Set([...byObject].flatMap(([object, objectEdits]) => (object !== undefined && isMixed(objectEdits) ? [object] : [])))
}

/** True when the upgrade brings other values or another chart. */
export function changesRelease({ edits }: ReleaseChange): boolean {
  return edits.some((edit) => splitObjectPointer(edit.pointer) === undefined && edit.pointer !== '/status')
}

/** True for the path within an object of the fact that the object is being deleted. */
export function isDeleting([metadata, deleting]: readonly string[]): boolean {
  return metadata === 'metadata' && deleting === 'deleting'
}
