import * as z from 'zod'
import { desiredState } from './schema.ts'

/** The JSON Schema (draft-07) of desired-state.yaml, for editors and `groundcrew schema`. */
export function jsonSchema(): object {
  return z.toJSONSchema(desiredState, { target: 'draft-07', io: 'input', reused: 'inline' })
}

/** The text of docs/desired-state.schema.json. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`
}
