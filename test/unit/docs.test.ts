import { readFileSync } from 'node:fs'
import { Validator } from '@cfworker/json-schema'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { eventsSchema } from '../../scripts/docs/events.ts'
import type { Schema } from '../../scripts/docs/jsonSchema.ts'
import { pages } from '../../scripts/docs/pages.ts'
import { jsonSchema } from '../../src/installation/schema/jsonSchema.ts'

for (const [file, text] of Object.entries(pages()))
  test(`docs/${file} is current: npm run docs writes it`, () => {
    assert.fixture(readFileSync(`docs/${file}`, 'utf8'), text)
  })

for (const [name, schema] of [
  ['desired-state.yaml', jsonSchema() as Schema],
  ['events', eventsSchema() as Schema],
] as const) {
  const all = [...subschemas(schema, name)]

  test(`every example and default in the schema of ${name} is valid`, () => {
    const told = all.flatMap(([path, { examples = [], default: fallback, ...bare }]) => {
      const validator = new Validator({ ...bare, definitions: schema.definitions } as object, '7')
      const values = fallback === undefined ? examples : [...examples, fallback]
      return values.map((value) => [path, JSON.stringify(value), validator.validate(value).valid] as const)
    })
    assert.ok(told.length > 20)
    assert.equal(
      told.filter(([, , valid]) => !valid),
      [],
    )
  })
}

test('every field of every event says what it is', () => {
  const schema = eventsSchema() as Schema
  const bare = [...subschemas(schema, '')].filter(([path, it]) => / \S*[^\]]$/.test(path) && !isTold(it))
  assert.equal(
    bare.map(([path]) => path),
    [],
  )

  function isTold(it: Schema): boolean {
    return it.description !== undefined || it.$ref !== undefined || it.properties !== undefined
  }
})

/** A schema and all that it holds; a field's path ends with a blank and its name. */
function* subschemas(schema: Schema, path: string): Generator<[string, Schema]> {
  yield [path, schema]
  for (const [key, field] of Object.entries(schema.properties ?? {})) yield* subschemas(field, `${path} ${key}`)
  for (const [key, part] of Object.entries(schema.definitions ?? {})) yield* subschemas(part, `${path}#${key}`)
  for (const part of [schema.items, schema.additionalProperties, ...(schema.anyOf ?? [])])
    if (typeof part === 'object') yield* subschemas(part, `${path}[]`)
}

test.run()
