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

/** `~ bucket/a  (drifted)`: a change's first line, of one resource or of several that are alike. */
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
export function whyOf({ cause, origin, by }: Edit): string {
  const where = origin === undefined ? '' : origin === 'guide' ? ' by the guide' : ` ${showPosition(origin)}`
  const who = by === undefined ? '' : `, ${attribution(by)}`
  if (cause === 'declared') return `declared${where}`
  if (cause === 'drifted') return `drifted${who}`
  if (cause === 'both') return `declared${where} and drifted${who}`
  return `not as declared${where}${who}`
}
