import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { ReleaseChange } from './facts.ts'
import { isHelmOwned } from './objects/repair/needsHelm.ts'

/** True unless the edits concern only undeclared fields and objects that helm does not change. */
export function needsUpgrade(change: ReleaseChange): boolean {
  return change.observed.is !== 'present' || change.edits.some((edit) => isHelmOwned(edit, change))
}

/** What the change means for Helm's revisions, and what happened to the newest one. */
export function revisionNotes(change: ReleaseChange): readonly string[] {
  if (change.observed.is !== 'present') return []
  const { record } = change.observed.evidence
  if (!needsUpgrade(change)) return [`Revision ${record.revision} stays: only fields that the chart does not declare are written.`]
  const next = record.status === 'uninstalling' ? 1 : record.revision + 1
  return [`Revision ${record.revision} -> ${next}.${describeStatus(record)}`]
}

const MAX_LENGTH = 200

function describeStatus({ revision, status, description }: ReleaseRecord): string {
  const subject = ` Revision ${revision}`
  if (status.startsWith('pending-'))
    return `${subject} was left ${status} by a helm process that has ended: it is marked failed, then upgraded.`
  if (status === 'superseded') return `${subject} is superseded, and the revision after it is missing from Helm’s history.`
  if (status === 'uninstalled') return ' It was uninstalled with its history kept: everything is created again.'
  if (status === 'uninstalling')
    return ' An uninstall was started and never completed: it is completed first, then everything is created again.'
  if (status === 'failed') return `${subject} failed: ${oneLine(description)}`
  const [, target] = /^Rollback to (\d+)$/.exec(description) ?? []
  return target === undefined ? '' : `${subject} is a rollback to revision ${target}.`
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)} ...` : line
}
