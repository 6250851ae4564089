import { COLORED } from '../../src/report/format/style.ts'
import { planText } from '../../src/report/plan/planText.ts'
import { examplePlan } from './examplePlan.ts'
import { terminalPicture } from './terminalPicture.ts'

/** docs/plan.svg: a plan on a terminal. */
export function planPicture(): string {
  const text = planText(examplePlan(), COLORED, { width: 100 })
  return terminalPicture(text, 'groundcrew plan', 'The output of groundcrew plan: what changes, why, by whom, and which pods restart')
}
