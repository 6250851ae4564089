import type { Edit } from '../../kinds/kind.ts'
import type { Action, PlannedChange } from '../../plan/plan.ts'
import { showPosition } from '../../values/position.ts'
import { attribution } from '../format/fieldText.ts'
import type { Style } from '../format/style.ts'

const SYMBOLS: Partial<Record<Action, string>> = {
  create: '+',
  recover: '+',
  update: '~',
  repair: '~',
  replace: '-/+',
  remove: '-',
  forget: '.',
}
const HEADLINES: Partial<Record<Action, string>> = {
  recover: 'drifted: deleted outside groundcrew',
  repair: 'drifted',
  replace: 'must be replaced',
  remove: 'no longer declared',
  forget: 'no longer declared: removed from the state, not deleted',
}

/** `~ bucket/a  (drifted)`: the first line of a change, of one resource or of several with the same change. */
export function headline({ action, address }: PlannedChange, style: Style, name: string = address): string {
  const headline = HEADLINES[action]
  return `${symbolOf(action, style)} ${style.strong(name)}${headline === undefined ? '' : style.faint(`  (${headline})`)}`
}

export function symbolOf(action: Action, style: Style): string {
  const text = SYMBOLS[action] ?? ' '
  return text === '+' ? style.added(text) : text === '~' || text === '.' ? style.changed(text) : style.removed(text)
}

export function editSymbol({ from, to }: Edit, style: Style): string {
  if (from === undefined) return style.added('+')
  return to === undefined ? style.removed('-') : style.changed('~')
}

/** `declared desired-state.yaml:42:7`, `drifted, kubectl-edit at …`. */
export function causeText({ cause, origin, by }: Edit): string {
  const declaration = origin === undefined ? '' : origin === 'guide' ? ' by the guide' : ` ${showPosition(origin)}`
  const writer = by === undefined ? '' : `, ${attribution(by)}`
  if (cause === 'declared') return `declared${declaration}`
  if (cause === 'drifted') return `drifted${writer}`
  if (cause === 'both') return `declared${declaration} and drifted${writer}`
  return `not as declared${declaration}${writer}`
}
