import { jsonSchemaText } from '../../src/installation/schema/jsonSchema.ts'
import { cliPage } from './cli.ts'
import { configurationPage } from './configuration.ts'
import { eventsPage, eventsSchemaText } from './events.ts'
import { planPicture } from './planPicture.ts'

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
