import * as z from 'zod'
import { EVENTS, streamEvent } from '../../src/report/json/eventSchema.ts'
import { exampleStream } from './exampleStream.ts'
import { resolved, type Schema, typeText } from './jsonSchema.ts'
import { assertLockHeld, code, page, plain, table } from './markdown.ts'

/** The JSON Schema (draft-07) of one line of the stream. */
export function eventsSchema(): object {
  return z.toJSONSchema(streamEvent, { target: 'draft-07', io: 'output' })
}

/** The text of docs/events.schema.json. */
export function eventsSchemaText(): string {
  return `${JSON.stringify(eventsSchema(), undefined, 2)}\n`
}

const root = eventsSchema() as Schema & { readonly definitions: { readonly [name: string]: Schema } }
const names = EVENTS.map((event) => `${event.meta()?.id}`)

/** docs/events.md: every event of the stream. */
export function eventsPage(): string {
  const parts = Object.keys(root.definitions).filter((name) => !names.includes(name))
  return page(
    'src/report/json/eventSchema.ts',
    '# The event stream',
    INTRO,
    `Events: ${names.map(link).join(', ')}. Each has:`,
    ...common(),
    '## An apply, line by line',
    assertLockHeld('json', exampleStream()),
    RECIPES,
    ...names.flatMap((name) => [`## ${name}`, ...section(name)]),
    '## Parts of events',
    ...parts.flatMap((name) => [`### ${name}`, ...section(name)]),
  )
}

const INTRO = `With \`--json\` groundcrew writes one JSON object a line to stdout, and nothing else; \`--log-file FILE\` appends the same lines to
a file while stdout keeps its form. The names are Terraform's where they fit, so what reads \`terraform apply -json\` finds
\`version\`, \`planned_change\`, \`resource_drift\`, \`change_summary\`, \`apply_start\`, \`apply_progress\`, \`apply_complete\`,
\`apply_errored\` and \`diagnostic\`. [events.schema.json](events.schema.json) is the JSON Schema of a line.

The first line is \`version\`. A minor version of the format only adds: pass over events and fields that you do not know. A
major version breaks. Exit codes are those of the text form, and what is wrong is a \`diagnostic\` on stdout: stderr stays empty
unless the process itself breaks. No event holds a secret. With \`--json\` nobody is asked: \`groundcrew apply --json\` takes a saved
plan, or \`--auto-approve\`.`

const RECIPES = `What changes, and why; what went wrong, with its remedy; whether pods restart:

\`\`\`sh
groundcrew plan --json | jq -r 'select(.type == "planned_change") | .address as $a | .edits[] | [$a, .pointer, .cause] | @tsv'
groundcrew apply --json friday.plan | jq -r 'select(.type == "diagnostic").diagnostic | "\\(.summary) \\(.remedy)"'
groundcrew plan --json | jq -e 'select(.type == "change_summary") | .restarts == []'
\`\`\``

const COMMON = ['@level', '@message', '@module', '@timestamp', 'type']

/** What all events have in common, told once. */
function common(): string[] {
  const rows = fields(root.definitions.log as Schema, '', [])
  return table(['field', 'type', ''], [...rows.slice(0, -1), [code('type'), 'string', 'Which event it is.']])
}

function section(name: string): string[] {
  const schema = root.definitions[name] as Schema
  const values = schema.enum === undefined ? [] : [`One of ${schema.enum.map((one) => code(`${one}`)).join(', ')}.`]
  const without = names.includes(name) ? COMMON : []
  return [plain(schema.description ?? ''), ...values, ...table(['field', 'type', ''], fields(schema, '', without))]
}

/** The fields of an object, and those of the objects within it. */
function fields({ properties = {}, required = [] }: Schema, above: string, without: readonly string[]): string[][] {
  const told = Object.entries(properties).filter(([name]) => !without.includes(name))
  return told.flatMap(([name, field]) => {
    const optional = required.includes(name) ? '' : ', optional'
    const { description = '' } = resolved(field, root)
    const row = [code(`${above}${name}`), `${typeText(field, link)}${optional}`, plain(description)]
    const within = field.properties === undefined ? [] : fields(field, `${above}${name}.`, [])
    return description === '' ? within : [row, ...within]
  })
}

function link(name: string): string {
  return `[${name}](#${name.toLowerCase()})`
}
