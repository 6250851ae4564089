/** Writes docs/desired-state.schema.json from the schema in src/installation: `node scripts/schema.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { jsonSchemaText } from '../src/installation/jsonSchema.ts'

mkdirSync('docs', { recursive: true })
writeFileSync('docs/desired-state.schema.json', jsonSchemaText())
