import { Document, isScalar, visit } from 'yaml'
import { jsonSchema } from '../../src/installation/schema/jsonSchema.ts'
import { BUCKETS, CHART_VALUES_OWNED, READERS, SECRET_NAMES, secretKeys } from '../../src/installation/spacelift.ts'
import { showPointer } from '../../src/plan/diff.ts'
import { referred, resolved, type Schema } from './jsonSchema.ts'
import { assertLockHeld, code, page, plain, table } from './markdown.ts'

const root = jsonSchema() as Schema

/** docs/configuration.md: every key of desired-state.yaml. */
export function configurationPage(): string {
  const keys = Object.entries(root.properties ?? {})
  return page(
    'src/installation/schema/schema.ts',
    '# desired-state.yaml',
    INTRO,
    `Required: ${list(keys.filter(([key]) => isRequired(key)))}. Optional: ${list(keys.filter(([key]) => !isRequired(key)))}.`,
    '## Secrets',
    SECRETS,
    ...secretForms(),
    AFTER_SECRETS,
    ...keys.flatMap(([key, schema]) => section(key, schema)),
    '## What groundcrew sets by itself',
    'These follow from the keys above and from the install guide, so the file must not say them a second time.',
    ...table(['where', 'what'], setByItself()),
  )
}

const INTRO = `One file says what one Spacelift installation is to be. What the install guide fixes is built in and need not be said: the
eleven buckets with their versioning and expiry, every environment variable, names and namespaces. So a file holds what is
yours, and the defaults you override. \`desired-state.yaml\` at the top of this repository is a whole one.

- An unknown key is an error, with the key that was probably meant. All mistakes are told at once, with line and column,
  before any server is asked.
- In the tables below \`ROLE\` stands for a bucket's name in the guide and \`NAME\` for a key of your own.
- Paths are relative to the file. Durations are written \`90s\`, \`20m\` or \`1h30m\`.
- For completion and checks in your editor, begin the file with
  \`# yaml-language-server: $schema=./docs/desired-state.schema.json\`; \`groundcrew schema\` prints that schema.`

const SECRETS = `A secret never stands in the file. Where a key takes one, say where it is read from, in one of three forms:`

const AFTER_SECRETS = `Where the tables below say *secret*, one of these forms is meant; *text or secret* also takes plain text. The values go to
the servers they are for and nowhere else: plans, state, history and logs hold keyed fingerprints, which say whether a value
changed and nothing more.`

function secretForms(): string[] {
  const { anyOf = [], examples = [] } = root.definitions?.secret ?? {}
  return table(
    ['form', 'read from'],
    anyOf.map((form, i) => [code(flow(examples[i])), meaning(Object.entries(form.properties ?? {}))]),
  )
}

function meaning(keys: readonly (readonly [string, Schema])[]): string {
  if (keys.length === 1) return keys[0]?.[1].description ?? ''
  return keys.map(([key, { description }]) => `${code(key)}: ${description}`).join(' ')
}

function section(key: string, schema: Schema): string[] {
  const { description = '', examples: [example] = [] } = schema
  return [
    `## ${key}`,
    plain(`${description}${isRequired(key) ? ' Required.' : ''}`),
    assertLockHeld('yaml', block({ [key]: example })),
    ...table(['key', 'default', 'what it is'], rows(schema, '')),
    ...(key === 'objectStorage' ? guideBuckets() : []),
  ]
}

/** The keys below a schema, all levels in one list. */
function rows(schema: Schema, above: string): string[][] {
  const { properties = {}, required = [], additionalProperties, items } = resolved(schema, root)
  if (items !== undefined) return rows(items, `${above.replace(/\.$/, '')}[].`)
  const all = alike(properties)
  if (all !== undefined) return rows(all, `${above}ROLE.`)
  const named = Object.entries(properties).flatMap(([key, below]) => [
    row(`${above}${key}`, below, required.includes(key)),
    ...(isSecret(below) ? [] : rows(below, `${above}${key}.`)),
  ])
  const free = typeof additionalProperties === 'object' ? rows(additionalProperties, `${above}NAME.`) : []
  return [...named, ...free]
}

function row(key: string, schema: Schema, required: boolean): string[] {
  const { description = '', default: fallback, examples: [example] = [] } = schema
  const form = isSecret(schema) ? `*${referred(schema) === 'secret' ? 'secret' : 'text or secret'}* ` : ''
  const choices = schema.enum === undefined ? '' : ` One of ${schema.enum.map((one) => code(`${one}`)).join(', ')}.`
  const shown = isTelling(schema) ? ` E.g. ${code(flow(example))}` : ''
  return [
    code(key),
    required ? '**required**' : fallback === undefined ? '' : code(flow(fallback)),
    plain(`${form}${description}${choices}`) + shown,
  ]
}

/** Whether its example says more than the row and the rows below it do. */
function isTelling(schema: Schema): boolean {
  const { default: fallback, examples: [example] = [], type } = schema
  if (example === undefined || example === fallback || type === 'boolean' || schema.enum !== undefined) return false
  return !isSecret(schema) && rows(schema, '').length === 0
}

/** The one schema that all keys share: the buckets. */
function alike(properties: { readonly [key: string]: Schema }): Schema | undefined {
  const [first, ...more] = Object.values(properties)
  const name = first && referred(first)
  return name !== undefined && !isSecret(first as Schema) && more.every((one) => referred(one) === name)
    ? root.definitions?.[name]
    : undefined
}

function isSecret(schema: Schema): boolean {
  return ['secret', 'plainOrSecret'].includes(referred(schema) ?? '')
}

function guideBuckets(): string[] {
  const days = (count: number | undefined) => (count === undefined ? 'never' : `${count} day${count === 1 ? '' : 's'}`)
  return [
    "`ROLE` is one of the guide's eleven:",
    ...table(
      ['role', 'name', 'versioning', 'objects expire after'],
      BUCKETS.map((it) => [code(it.role), code(it.name), it.versioning, days(it.expireAfterDays)]),
    ),
  ]
}

function setByItself(): string[][] {
  const secrets = READERS.map((reader) => [`Secret ${code(SECRET_NAMES[reader])}`, secretKeys(reader).map(code).join(', ')])
  return [...secrets, ['Values of the chart', CHART_VALUES_OWNED.map((pointer) => code(showPointer(pointer))).join(', ')]]
}

function isRequired(key: string): boolean {
  return root.required?.includes(key) ?? false
}

function list(keys: readonly (readonly [string, unknown])[]): string {
  return keys.map(([key]) => `[${key}](#${key.toLowerCase()})`).join(', ')
}

/** YAML as people write it: where a secret is read from stands on one line. */
function block(value: unknown): string {
  const document = new Document(value)
  visit(document, {
    Map: (_, map) => {
      if (map.items.every(({ key }) => isScalar(key) && ['env', 'file', 'command'].includes(`${key.value}`))) map.flow = true
    },
  })
  return document.toString({ lineWidth: 120 })
}

function flow(value: unknown): string {
  const document = new Document(value)
  visit(document, {
    Collection: (_, it) => {
      it.flow = true
    },
  })
  return document.toString({ lineWidth: 0 }).trim()
}
