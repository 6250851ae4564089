import { COLORED } from '../../src/report/format/style.ts'
import { planText } from '../../src/report/plan/planText.ts'
import { examplePlan } from './examplePlan.ts'
import { terminalPicture } from './terminalPicture.ts'

/** docs/plan.svg: a plan as it looks on a terminal. */
export function planPicture(): string {
  const text = planText(examplePlan(), COLORED, { width: 100 })
  return terminalPicture(text, 'groundcrew plan', 'A plan of groundcrew on a terminal: what changes, why, by whom, and which pods restart')
}
