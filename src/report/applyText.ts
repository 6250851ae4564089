import type { Progress } from '../kinds/kind.ts'
import type { Action } from '../plan/plan.ts'
import type { ApplyEvent } from '../reconcile/events.ts'
import type { Style } from './format/style.ts'

const DOING: Partial<Record<Action, string>> = {
  create: 'Creating',
  recover: 'Creating again',
  update: 'Changing',
  repair: 'Repairing',
  replace: 'Replacing',
  remove: 'Destroying',
}
const DONE: Partial<Record<Action, string>> = {
  create: 'Created',
  recover: 'Created again',
  update: 'Changed',
  repair: 'Repaired',
  replace: 'Replaced',
  remove: 'Destroyed',
}

/** One plain line for an event of an apply. */
export function applyLine(event: ApplyEvent, style: Style): string {
  const name = style.strong(event.address)
  switch (event.type) {
    case 'apply_start':
      return `${name}: ${DOING[event.action] ?? event.action}...`
    case 'apply_progress':
      return `${name}: ${event.progress.message}${amount(event.progress)}`
    case 'apply_complete':
      return `${name}: ${style.added(DONE[event.action] ?? event.action)} after ${event.seconds} s`
    case 'apply_errored':
      return `${name}: ${style.removed('Failed')} after ${event.seconds} s: ${event.problems.map((p) => p.summary).join(' ')}`
    case 'apply_skipped':
      return `${name}: ${style.changed('Skipped')}: it depends on ${event.because}`
  }
}

function amount({ done, total, unit, perSecond, secondsLeft }: Progress): string {
  if (done === undefined || total === undefined) return ''
  if (unit !== 'bytes') return ` ${done} of ${total} ${unit ?? ''}`.trimEnd()
  const speed = perSecond === undefined || done === total ? '' : ` at ${mebibytes(perSecond)} MiB/s`
  const left = secondsLeft === undefined || done === total ? '' : `, ${timeLeft(secondsLeft)} left`
  return ` ${mebibytes(done)} of ${mebibytes(total)} MiB${speed}${left}`
}

function timeLeft(seconds: number): string {
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
