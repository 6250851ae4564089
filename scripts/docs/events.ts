import * as z from 'zod'
import { EVENTS, streamEvent } from '../../src/report/json/eventSchema.ts'
import { exampleStream } from './exampleStream.ts'
import { resolveDefinition, type Schema, typeText } from './jsonSchema.ts'
import { code, codeBlock, escapeTags, page, table } from './markdown.ts'

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
    `Events: ${names.map(link).join(', ')}. Each event has these fields:`,
    ...common(),
    '## An apply, line by line',
    codeBlock('json', exampleStream()),
    RECIPES,
    ...names.flatMap((name) => [`## ${name}`, ...section(name)]),
    '## Parts of events',
    ...parts.flatMap((name) => [`### ${name}`, ...section(name)]),
  )
}

const INTRO = `With \`--json\` groundcrew writes one JSON object per line to stdout, and nothing else; \`--log-file FILE\` appends the same lines to
a file and leaves stdout unchanged. The names are Terraform's where they fit: a program that reads \`terraform apply -json\` finds
\`version\`, \`planned_change\`, \`resource_drift\`, \`change_summary\`, \`apply_start\`, \`apply_progress\`, \`apply_complete\`,
\`apply_errored\` and \`diagnostic\`. [events.schema.json](events.schema.json) is the JSON Schema of a line.

The first line is \`version\`. A minor version of the format only adds: ignore unknown events and fields. A major version may break
readers. The exit codes are those of the text output. Errors are \`diagnostic\` events on stdout; stderr stays empty unless
groundcrew itself crashes. No event contains a secret. With \`--json\` there is no confirmation prompt: \`groundcrew apply --json\`
requires a saved plan or \`--auto-approve\`.`

const RECIPES = `List the changes with their causes, list the errors with their fixes, test whether pods restart:

\`\`\`sh
groundcrew plan --json | jq -r 'select(.type == "planned_change") | .address as $a | .edits[] | [$a, .pointer, .cause] | @tsv'
groundcrew apply --json friday.plan | jq -r 'select(.type == "diagnostic").diagnostic | "\\(.summary) \\(.remedy)"'
groundcrew plan --json | jq -e 'select(.type == "change_summary") | .restarts == []'
\`\`\``

const COMMON = ['@level', '@message', '@module', '@timestamp', 'type']

/** The fields of every event, documented once. */
function common(): string[] {
  const rows = fields(root.definitions.log as Schema, '', [])
  return table(['field', 'type', ''], [...rows.slice(0, -1), [code('type'), 'string', 'The type of the event.']])
}

function section(name: string): string[] {
  const schema = root.definitions[name] as Schema
  const values = schema.enum === undefined ? [] : [`One of ${schema.enum.map((choice) => code(`${choice}`)).join(', ')}.`]
  const omitted = names.includes(name) ? COMMON : []
  return [escapeTags(schema.description ?? ''), ...values, ...table(['field', 'type', ''], fields(schema, '', omitted))]
}

/** The fields of an object, and those of the objects within it. */
function fields({ properties = {}, required = [] }: Schema, prefix: string, omitted: readonly string[]): string[][] {
  const shown = Object.entries(properties).filter(([name]) => !omitted.includes(name))
  return shown.flatMap(([name, field]) => {
    const optional = required.includes(name) ? '' : ', optional'
    const { description = '' } = resolveDefinition(field, root)
    const row = [code(`${prefix}${name}`), `${typeText(field, link)}${optional}`, escapeTags(description)]
    const nested = field.properties === undefined ? [] : fields(field, `${prefix}${name}.`, [])
    return description === '' ? nested : [row, ...nested]
  })
}

function link(name: string): string {
  return `[${name}](#${name.toLowerCase()})`
}
