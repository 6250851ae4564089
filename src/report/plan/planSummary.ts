import type { PlannedChange } from '../../plan/plan.ts'
import { type Layout, roomIn } from '../format/fieldLines.ts'
import { shortList } from '../format/fold.ts'
import { fieldName, groupByObject } from '../format/groupByObject.ts'
import { pluralize } from '../format/pluralize.ts'
import { headline, symbolOf } from './planWords.ts'

/** One line a resource, the most dangerous last: that is where people look. */
export function summaryLines(changes: readonly PlannedChange[], page: Layout): string[] {
  const ranked = changes.map((change, i) => ({ change, rank: danger(change), i }))
  const ordered = ranked.sort((a, b) => a.rank - b.rank || a.i - b.i).map(({ change }) => change)
  const widest = Math.min(WIDEST_NAME, Math.max(0, ...ordered.map(({ address }) => address.length)))
  return ordered.map((change) => `  ${line(change, widest, page)}`)
}

const WIDEST_NAME = 48

function danger({ action, impact }: PlannedChange): number {
  if (impact.dataAtRisk.length + impact.refusals.length > 0) return 7
  if (action === 'remove') return 6
  if (action === 'replace') return 5
  if (impact.restarts.length + impact.access.length > 0) return 4
  return action === 'update' || action === 'repair' ? 3 : action === 'create' ? 1 : action === 'recover' ? 2 : 0
}

function line(change: PlannedChange, widest: number, page: Layout): string {
  const { action, address } = change
  const isEdited = action === 'update' || action === 'repair' || action === 'replace'
  const means = consequences(change)
  const start = 2 + symbolOf(action, PLAIN_WIDTH).length + 1 + Math.max(widest, address.length) + 2
  const room = roomIn(page.width - start - (means === '' ? 0 : means.length + 4))
  const what = isEdited ? shortList(namesOf(change), room) : ''
  if (!isEdited) return `${headline(change, page.style)}${remark(means, page)}`
  return `${symbolOf(action, page.style)} ${page.style.strong(address)}${' '.repeat(Math.max(0, widest - address.length))}  ${what}${remark(means, page)}`
}

const same = (text: string) => text
const PLAIN_WIDTH = { added: same, changed: same, removed: same, strong: same, faint: same }

function remark(means: string, { style }: Layout): string {
  return means === '' ? '' : `  ${style.faint(`# ${means}`)}`
}

/** What a reader would miss in a list of fields: who restarts, what may be lost. */
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
function namesOf({ edits }: PlannedChange): string[] {
  const { own, objects } = groupByObject(edits)
  return [...own.map(({ pointer }) => fieldName(pointer)), ...objects.map(([name]) => name)]
}
