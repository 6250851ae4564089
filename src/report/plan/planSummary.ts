import type { PlannedChange } from '../../plan/plan.ts'
import { showPointer } from '../../values/factKeys.ts'
import { clampRoom, type Layout } from '../format/fieldLines.ts'
import { groupByObject } from '../format/groupByObject.ts'
import { pluralize } from '../format/pluralize.ts'
import { PLAIN } from '../format/style.ts'
import { abbreviateList } from '../format/wrap.ts'
import { headline, symbolOf } from './planWords.ts'

/** One line per resource, the most dangerous last: the end of the output is what is read. */
export function summaryLines(changes: readonly PlannedChange[], layout: Layout): string[] {
  const ranked = changes.map((change, i) => ({ change, rank: dangerRank(change), i }))
  const ordered = ranked.sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ change }) => change)
  const widest = Math.min(MAX_NAME_COLUMNS, Math.max(0, ...ordered.map(({ address }) => address.length)))
  return ordered.map((change) => `  ${line(change, widest, layout)}`)
}

const MAX_NAME_COLUMNS = 48

function dangerRank({ action, impact }: PlannedChange): number {
  if (impact.dataAtRisk.length + impact.refusals.length > 0) return 7
  if (action === 'remove') return 6
  if (action === 'replace') return 5
  if (impact.restarts.length + impact.access.length > 0) return 4
  return action === 'update' || action === 'repair' ? 3 : action === 'create' ? 1 : action === 'recover' ? 2 : 0
}

function line(change: PlannedChange, widest: number, layout: Layout): string {
  const { action, address } = change
  const isEdited = action === 'update' || action === 'repair' || action === 'replace'
  const consequence = consequences(change)
  const start = 2 + symbolOf(action, PLAIN).length + 1 + Math.max(widest, address.length) + 2
  const room = clampRoom(layout.width - start - (consequence === '' ? 0 : consequence.length + 4))
  const fields = isEdited ? abbreviateList(namesOf(change), room) : ''
  if (!isEdited) return `${headline(change, layout.style)}${remark(consequence, layout)}`
  return `${symbolOf(action, layout.style)} ${layout.style.strong(address)}${' '.repeat(Math.max(0, widest - address.length))}  ${fields}${remark(consequence, layout)}`
}

function remark(consequence: string, { style }: Layout): string {
  return consequence === '' ? '' : `  ${style.faint(`# ${consequence}`)}`
}

/** What a list of fields does not show: restarts, data at risk. */
function consequences({ action, impact }: PlannedChange): string {
  const pods = impact.restarts.reduce((sum, { pods: own }) => sum + own, 0)
  return [
    ...(action === 'repair' ? ['drifted'] : []),
    ...(pods > 0 ? [`restarts ${pluralize(pods, 'pod')}`] : []),
    ...(impact.dataAtRisk.length > 0 ? ['data at risk'] : []),
    ...(impact.refusals.length > 0 ? ['refused'] : []),
  ].join('; ')
}

/** The fields of the resource itself, then the objects in it that change. */
function namesOf({ edits, objects: groups }: PlannedChange): string[] {
  const { own, objects } = groupByObject(edits, groups)
  return [...own.map(({ pointer }) => showPointer(pointer)), ...objects.map(({ name }) => name)]
}
