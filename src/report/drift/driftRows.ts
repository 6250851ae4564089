import { type DriftedField, type DriftedResource, type DriftReport, isDrift } from '../../plan/drift.ts'
import { attribution } from '../format/fieldText.ts'
import { escapeControls } from '../format/fold.ts'
import { groupByObject, isWholeObject } from '../format/groupByObject.ts'
import { isFingerprint, showValue } from '../format/valueText.ts'

/** A field's two sides as every form of the report shows them: what is hidden is hidden in all. */
export function sidesOf({ applied, found, note }: DriftedField): { readonly applied: string; readonly found: string } {
  const hidden = isFingerprint(applied) || isFingerprint(found)
  // What no fact says is told in words of ours.
  const shown = (value: DriftedField['applied']) => (note === undefined ? showValue(value) : escapeControls(`${value}`))
  const side = (value: DriftedField['applied'], none: string) => (value === undefined ? none : hidden ? '(hidden)' : shown(value))
  return { applied: side(applied, '(absent)'), found: side(found, '(removed)') }
}

/** Fields that stand together: the resource's own, then those of each of its objects; `whole`: all of an object came or went. */
export type Together = { readonly object?: string; readonly whole?: 'added' | 'deleted'; readonly fields: readonly DriftedField[] }

export function together(fields: readonly DriftedField[]): Together[] {
  const { own, objects } = groupByObject(fields)
  const each = objects.map(([object, of]): Together => {
    const isAdded = of[0]?.applied === undefined
    return { object, fields: of, ...(isWholeObject(of) && { whole: isAdded ? 'added' : 'deleted' }) }
  })
  return own.length === 0 ? each : [{ fields: own }, ...each]
}

/** What a missing resource is: only one that was applied can have been deleted since. */
export function absenceText({ comparedWith }: DriftReport): string {
  return comparedWith === 'state' ? 'deleted outside groundcrew' : 'absent'
}

/** Times as people say them; seconds tell nobody anything here. */
export function readable(told: string): string {
  return told.replaceAll(/(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z/g, '$1 $2 UTC')
}

/** Who and when, why it is let be, or what it means. */
export function remarkOf({ by, acceptance, acceptedUntil, note, since, class: is }: DriftedField): string {
  const age = since === undefined ? '' : `, since ${since}`
  if (acceptance !== undefined) return `accepted until ${acceptance.until}: ${acceptance.reason}${age}`
  const lapsed = acceptedUntil === undefined ? '' : `, acceptance expired ${acceptedUntil}`
  if (note !== undefined && is === 'reported') return `reported only${age}${lapsed}. ${note}`
  if (note !== undefined) return `${note.replace(/\.$/, '')}${age}${lapsed}`
  return `${by === undefined ? 'author unknown' : `by ${attribution(by)}`}${age}${lapsed}`
}

/** The report in one sentence, without colours. */
export function verdictOf(report: DriftReport): string {
  const { checked, drifted } = report
  const against = report.comparedWith === 'state' ? 'as applied' : 'as declared'
  const counted = drifted.filter(isDrift)
  const around = counted.filter(isAsApplied).length
  const changed = counted.length - around
  if (checked === 0) return 'No resource could be checked.'
  if (changed > 0)
    return `Drift: ${changed} of ${checked} resources are not ${against}${around > 0 ? `; pods that read ${around} more ${PODS}` : ''}.`
  if (around > 0) return `Drift: pods that read ${around} of ${checked} resources ${PODS}.`
  if (drifted.length > 0) return 'No drift other than accepted drift.'
  return `${report.comparedWith === 'state' ? 'No drift.' : 'No differences.'} ${allOf(report)} ${against}.`
}

const PODS = 'run with outdated values'

/** True where only what reads a resource differs: it is as it was applied, and an apply restarts its readers. */
function isAsApplied({ is, fields, keysUnknown }: DriftedResource): boolean {
  const isAround = (field: DriftedField) => field.class === 'accepted' || (field.class === 'repaired' && field.note !== undefined)
  return is === 'changed' && !keysUnknown && fields.every(isAround)
}

function allOf({ checked, unchecked, skipped }: DriftReport): string {
  return unchecked.length + skipped.length === 0 ? `All ${checked} resources are` : `The ${checked} resources that were checked are`
}
