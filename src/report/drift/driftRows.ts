import type { ObjectGroups } from '../../kinds/kind.ts'
import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import { isFingerprint } from '../../values/fingerprint.ts'
import { attribution } from '../format/fieldText.ts'
import { groupByObject } from '../format/groupByObject.ts'
import { showValue } from '../format/valueText.ts'
import { escapeControls } from '../format/wrap.ts'

/** A field's two sides as every form of the report shows them; hidden values are hidden in all forms. */
export function sidesOf({ applied, live: found, note }: DriftedField): { readonly applied: string; readonly found: string } {
  const hidden = isFingerprint(applied) || isFingerprint(found)
  // The sides of a field with a note are groundcrew's own words, not values.
  const shown = (value: DriftedField['applied']) => (note === undefined ? showValue(value) : escapeControls(`${value}`))
  const side = (value: DriftedField['applied'], absent: string) => (value === undefined ? absent : hidden ? '(hidden)' : shown(value))
  return { applied: side(applied, '(absent)'), found: side(found, '(removed)') }
}

/** Fields shown together: the resource's own, or those of one of its objects. `wholeObject`: the object was added or deleted as a whole. */
export type FieldGroup = { readonly object?: string; readonly wholeObject?: 'added' | 'deleted'; readonly fields: readonly DriftedField[] }

export function groupFields(fields: readonly DriftedField[], objectGroups: ObjectGroups | undefined): FieldGroup[] {
  const { own, objects } = groupByObject(fields, objectGroups)
  const groups = objects.map(({ name: object, fields: objectFields, isWhole }): FieldGroup => {
    const isAdded = objectFields[0]?.applied === undefined
    return { object, fields: objectFields, ...(isWhole && { wholeObject: isAdded ? 'added' : 'deleted' }) }
  })
  return own.length === 0 ? groups : [{ fields: own }, ...groups]
}

/** What a missing resource is: only one that was applied can have been deleted since. */
export function absenceText({ comparedWith }: DriftReport): string {
  return comparedWith === 'state' ? 'deleted outside groundcrew' : 'absent'
}

/** Replaces ISO times by shorter ones without seconds. */
export function shortTimes(text: string): string {
  return text.replaceAll(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z/g, '$1 $2 UTC')
}

/** Who changed the field and when, why its drift is accepted, or what it means. */
export function remarkOf({ by, acceptance, acceptedUntil, note, since, class: is }: DriftedField): string {
  const age = since === undefined ? '' : `, since ${since}`
  if (acceptance !== undefined) return `accepted until ${acceptance.until}: ${acceptance.reason}${age}`
  const expired = acceptedUntil === undefined ? '' : `, acceptance expired ${acceptedUntil}`
  if (note !== undefined && is === 'reported') return `reported only${age}${expired}. ${note}`
  if (note !== undefined) return `${note.replace(/\.$/, '')}${age}${expired}`
  return `${by === undefined ? 'author unknown' : `by ${attribution(by)}`}${age}${expired}`
}

/** The report in one sentence, without colours. */
export function verdictOf(report: DriftReport): string {
  const { checked, drifted } = report
  const expectation = report.comparedWith === 'state' ? 'as applied' : 'as declared'
  const driftedResources = drifted.filter(isDrift)
  const outdatedOnly = driftedResources.filter(hasOnlyOutdatedReaders).length
  const changed = driftedResources.length - outdatedOnly
  if (checked === 0) return 'No resource could be checked.'
  if (changed > 0)
    return `Drift: ${changed} of ${checked} resources are not ${expectation}${outdatedOnly > 0 ? `; pods that read ${outdatedOnly} more ${RUN_OUTDATED}` : ''}.`
  if (outdatedOnly > 0) return `Drift: pods that read ${outdatedOnly} of ${checked} resources ${RUN_OUTDATED}.`
  if (drifted.length > 0) return 'No drift other than accepted drift.'
  return `${report.comparedWith === 'state' ? 'No drift.' : 'No differences.'} ${checkedResources(report)} ${expectation}.`
}

const RUN_OUTDATED = 'run with outdated values'

/** True if the resource itself is as applied and only its readers are outdated: an apply restarts them. */
function hasOnlyOutdatedReaders({ is, fields, keysUnknown }: DriftedResource): boolean {
  const isReader = (field: DriftedField) => field.class === 'accepted' || (field.class === 'repaired' && field.note !== undefined)
  return is === 'changed' && !keysUnknown && fields.every(isReader)
}

function checkedResources({ checked, unchecked, skipped }: DriftReport): string {
  return unchecked.length + skipped.length === 0 ? `All ${checked} resources are` : `The ${checked} resources that were checked are`
}
