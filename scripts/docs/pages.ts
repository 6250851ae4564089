import { jsonSchemaText } from '../../src/installation/schema/jsonSchema.ts'
import { COLORED } from '../../src/report/format/style.ts'
import { planText } from '../../src/report/plan/planText.ts'
import { cliPage } from './cli.ts'
import { configurationPage } from './configuration.ts'
import { eventsPage, eventsSchemaText } from './events.ts'
import { examplePlan } from './examplePlan.ts'
import { terminalPicture } from './terminalPicture.ts'

/** Every generated file of docs/, by its name. */
export function pages(): { readonly [file: string]: string } {
  return {
    'cli.md': cliPage(),
    'configuration.md': configurationPage(),
    'desired-state.schema.json': jsonSchemaText(),
    'events.md': eventsPage(),
    'events.schema.json': eventsSchemaText(),
    'plan.svg': planPicture(),
  }
}

/** docs/plan.svg: a plan on a terminal. */
function planPicture(): string {
  const text = planText(examplePlan(), COLORED, { width: 100 })
  return terminalPicture(text, 'groundcrew plan', 'The output of groundcrew plan: what changes, why, by whom, and which pods restart')
}
