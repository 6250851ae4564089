import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { ReleaseChange } from './facts.ts'
import { isHelmOwned } from './objects/repair/needsHelm.ts'

/** True for anything but fields that nobody declared and objects that helm never touches again. */
export function needsUpgrade(change: ReleaseChange): boolean {
  return change.observed.is !== 'present' || change.edits.some((edit) => isHelmOwned(edit, change))
}

/** What a change makes of Helm's revisions, and what became of the newest. */
export function revisionNotes(change: ReleaseChange): readonly string[] {
  if (change.observed.is !== 'present') return []
  const { record } = change.observed.evidence
  if (!needsUpgrade(change)) return [`Revision ${record.revision} stays: only what no chart declares is written.`]
  const next = record.status === 'uninstalling' ? 1 : record.revision + 1
  return [`Revision ${record.revision} -> ${next}.${describeStatus(record)}`]
}

const LONGEST = 200

function describeStatus({ revision, status, description }: ReleaseRecord): string {
  const it = ` Revision ${revision}`
  if (status.startsWith('pending-')) return `${it} was left ${status} by a helm that is gone: it is marked failed, then upgraded.`
  if (status === 'superseded') return `${it} is superseded, and what came after it is gone from Helm’s history.`
  if (status === 'uninstalled') return ' It was uninstalled and its history kept: everything is made again.'
  if (status === 'uninstalling') return ' An uninstall was begun and never ended: it is finished first, then everything is made again.'
  if (status === 'failed') return `${it} failed: ${oneLine(description)}`
  const [, target] = /^Rollback to (\d+)$/.exec(description) ?? []
  return target === undefined ? '' : `${it} is a rollback to revision ${target}.`
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} ...` : line
}
