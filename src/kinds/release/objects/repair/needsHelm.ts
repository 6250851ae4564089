import { type FactMap, isMap, type JsonPointer, pointer, segments } from '../../../../values/json.ts'
import type { Edit } from '../../../kind.ts'
import type { ReleaseChange } from '../../facts.ts'
import { withoutImplied } from '../impliedEdits.ts'

/** True for an edit that only an upgrade can make: of the release itself, or of what the chart's templates say. */
export function isHelmOwned(edit: Edit, { basis, desired: wanted, observed: seen }: ReleaseChange): boolean {
  const [objects, key = '', ...rest] = segments(edit.pointer)
  if (objects !== 'objects') return true
  if (basis.manifest.get(key)?.origin !== 'template')
    return seen.is === 'present' && seen.evidence.objects.manifest.get(key)?.origin === 'template'
  if (isDeleting(rest)) return true
  const facts = wanted.objects?.[key]
  const inner = { pointer: pointer(...rest), from: edit.from, to: edit.to }
  return edit.to !== undefined && isMap(facts) && withoutImplied([inner], facts as FactMap).length > 0
}

/**
 * The objects in which strangers stand beside what an upgrade is to set. The API may refuse both together (two ports of one
 * name), so these are mended before the upgrade. Where it brings other values or another chart, only what drifted counts: the
 * rest is the upgrade's.
 */
export function needsPreRepair(change: ReleaseChange): ReadonlySet<string> {
  const counts = changesRelease(change) ? change.edits.filter(({ cause }) => cause !== 'declared') : change.edits
  const groups = Map.groupBy(counts, ({ pointer: where }) => objectOf(where))
  const isMixed = (edits: readonly Edit[]) => edits.some(({ to }) => to === undefined) && edits.some((edit) => isHelmOwned(edit, change))
  return new Set([...groups].flatMap(([key, edits]) => (key !== undefined && isMixed(edits) ? [key] : [])))
}

/** True when the upgrade will be of other values or another chart. */
export function changesRelease({ edits }: ReleaseChange): boolean {
  return edits.some(({ pointer: where }) => !['objects', 'status'].includes(segments(where)[0] ?? ''))
}

function objectOf(where: JsonPointer): string | undefined {
  const [objects, key] = segments(where)
  return objects === 'objects' ? key : undefined
}

/** The segments within an object of the fact that its deletion is under way. */
export function isDeleting([metadata, deleting]: readonly string[]): boolean {
  return metadata === 'metadata' && deleting === 'deleting'
}
