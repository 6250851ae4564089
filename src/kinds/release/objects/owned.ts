import { type FactMap, isMap, pointer, segments } from '../../../values/json.ts'
import type { Edit } from '../../kind.ts'
import type { ReleaseChange } from '../facts.ts'
import { withoutImplied } from './edits.ts'

/** True for an edit that only an upgrade can make: of the release itself, or of what the chart's templates say. */
export function isOwned(edit: Edit, { basis, wanted, seen }: ReleaseChange): boolean {
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
 * name), so these are mended before the upgrade. Nothing of the kind where chart or values change: then it is the upgrade's.
 */
export function mixed(change: ReleaseChange): ReadonlySet<string> {
  const paths = change.edits.map((edit) => ({ edit, path: segments(edit.pointer) }))
  if (paths.some(({ path: [part] }) => part !== 'objects' && part !== 'status')) return new Set()
  const groups = Map.groupBy(paths, ({ path: [, key = ''] }) => key)
  const isMixed = (edits: readonly Edit[]) => edits.some(({ to }) => to === undefined) && edits.some((edit) => isOwned(edit, change))
  return new Set([...groups].filter(([, group]) => isMixed(group.map(({ edit }) => edit))).map(([key]) => key))
}

/** The segments within an object of the fact that its deletion is under way. */
export function isDeleting([metadata, deleting]: readonly string[]): boolean {
  return metadata === 'metadata' && deleting === 'deleting'
}
