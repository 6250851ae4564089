import { Document, isScalar, visit } from 'yaml'
import { jsonSchema } from '../../src/installation/schema/jsonSchema.ts'
import { BUCKETS, CHART_VALUES_OWNED, READERS, SECRET_NAMES, secretKeys } from '../../src/installation/spacelift.ts'
import { showPointer } from '../../src/values/factKeys.ts'
import { definitionName, resolveDefinition, type Schema } from './jsonSchema.ts'
import { code, codeBlock, escapeTags, page, table } from './markdown.ts'

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
    '## What groundcrew sets automatically',
    'These values follow from the keys above and from the install guide. Declaring them again is an error.',
    ...table(['where', 'what'], managedKeys()),
  )
}

const INTRO = `One file declares one Spacelift installation. Everything the install guide prescribes is built in and can be omitted: the
eleven buckets with their versioning and expiry, every environment variable, names and namespaces. The file contains only what
is specific to your installation, and the defaults you override. \`desired-state.yaml\` at the top of this repository is a complete example.

- An unknown key is an error that suggests the closest known key. All errors are reported at once, with line and column,
  before any server is contacted.
- In the tables below \`ROLE\` is a bucket's name in the guide and \`NAME\` a key that you choose.
- Paths are relative to the file. Durations are written \`90s\`, \`20m\` or \`1h30m\`.
- For completion and validation in your editor, start the file with
  \`# yaml-language-server: $schema=./docs/desired-state.schema.json\`; \`groundcrew schema\` prints that schema.`

const SECRETS = `The file never contains a secret. A key that takes a secret takes a reference to it, in one of three forms:`

const AFTER_SECRETS = `In the tables below, *secret* is one of these forms; *text or secret* also accepts plain text. The values are sent only to
the servers that need them: plans, state, history and logs contain keyed fingerprints, which show whether a value changed and
nothing else.`

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
    escapeTags(`${description}${isRequired(key) ? ' Required.' : ''}`),
    codeBlock('yaml', block({ [key]: example })),
    ...table(['key', 'default', 'description'], rows(schema, '')),
    ...(key === 'objectStorage' ? guideBuckets() : []),
  ]
}

/** The keys below a schema, all levels in one list. */
function rows(schema: Schema, prefix: string): string[][] {
  const { properties = {}, required = [], additionalProperties, items } = resolveDefinition(schema, root)
  if (items !== undefined) return rows(items, `${prefix.replace(/\.$/, '')}[].`)
  const shared = sharedSchema(properties)
  if (shared !== undefined) return rows(shared, `${prefix}ROLE.`)
  const named = Object.entries(properties).flatMap(([key, below]) => [
    row(`${prefix}${key}`, below, required.includes(key)),
    ...(isSecret(below) ? [] : rows(below, `${prefix}${key}.`)),
  ])
  const free = typeof additionalProperties === 'object' ? rows(additionalProperties, `${prefix}NAME.`) : []
  return [...named, ...free]
}

function row(key: string, schema: Schema, required: boolean): string[] {
  const { description = '', default: fallback, examples: [example] = [] } = schema
  const form = isSecret(schema) ? `*${definitionName(schema) === 'secret' ? 'secret' : 'text or secret'}* ` : ''
  const choices = schema.enum === undefined ? '' : ` One of ${schema.enum.map((choice) => code(`${choice}`)).join(', ')}.`
  const exampleText = isInformative(schema) ? ` E.g. ${code(flow(example))}` : ''
  return [
    code(key),
    required ? '**required**' : fallback === undefined ? '' : code(flow(fallback)),
    escapeTags(`${form}${description}${choices}`) + exampleText,
  ]
}

/** True if its example adds something to the row and the rows below it. */
function isInformative(schema: Schema): boolean {
  const { default: fallback, examples: [example] = [], type } = schema
  if (example === undefined || example === fallback || type === 'boolean' || schema.enum !== undefined) return false
  return !isSecret(schema) && rows(schema, '').length === 0
}

/** The schema that all keys share: only the buckets have one. */
function sharedSchema(properties: { readonly [key: string]: Schema }): Schema | undefined {
  const [first, ...more] = Object.values(properties)
  const name = first && definitionName(first)
  return name !== undefined && !isSecret(first as Schema) && more.every((schema) => definitionName(schema) === name)
    ? root.definitions?.[name]
    : undefined
}

function isSecret(schema: Schema): boolean {
  return ['secret', 'plainOrSecret'].includes(definitionName(schema) ?? '')
}

function guideBuckets(): string[] {
  const days = (count: number | undefined) => (count === undefined ? 'never' : `${count} day${count === 1 ? '' : 's'}`)
  return [
    "`ROLE` is one of the guide's eleven:",
    ...table(
      ['role', 'name', 'versioning', 'objects expire after'],
      BUCKETS.map(({ role, name, versioning, expireAfterDays }) => [code(role), code(name), versioning, days(expireAfterDays)]),
    ),
  ]
}

function managedKeys(): string[][] {
  const secrets = READERS.map((reader) => [`Secret ${code(SECRET_NAMES[reader])}`, secretKeys(reader).map(code).join(', ')])
  return [...secrets, ['Values of the chart', CHART_VALUES_OWNED.map((pointer) => code(showPointer(pointer))).join(', ')]]
}

function isRequired(key: string): boolean {
  return root.required?.includes(key) ?? false
}

function list(keys: readonly (readonly [string, unknown])[]): string {
  return keys.map(([key]) => `[${key}](#${key.toLowerCase()})`).join(', ')
}

/** YAML with each secret reference on one line. */
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
    Collection: (_, collection) => {
      collection.flow = true
    },
  })
  return document.toString({ lineWidth: 0 }).trim()
}
