import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { jsonSchema } from '../../../../src/installation/schema/jsonSchema.ts'

type Schema = { properties?: Record<string, Schema>; description?: string; anyOf?: Schema[]; additionalProperties?: unknown; $ref?: string }

test('every key of the JSON Schema has a description', () => {
  const undescribed = keys(jsonSchema() as Schema, '').filter(([, schema]) => schema.description === undefined && schema.$ref === undefined)
  assert.equal(
    undescribed.map(([path]) => path),
    [],
  )
})

test('the JSON Schema refuses unknown keys', () => {
  assert.is((jsonSchema() as Schema).additionalProperties, false)
})

function keys(schema: Schema, path: string): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, below]) => [
    [`${path}/${key}`, below] as [string, Schema],
    ...keys(below, `${path}/${key}`),
  ])
}

test.run()
