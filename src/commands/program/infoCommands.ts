import type { Command } from 'commander'
import { VERSION } from '../../version.ts'
import { helpText } from '../helpText.ts'
import type { ProgramHost } from './types.ts'

export function addSchema(program: Command, host: ProgramHost): void {
  program
    .command('schema')
    .description('the JSON Schema of desired-state.yaml')
    .addHelpText(
      'after',
      helpText({ examples: ['groundcrew schema > desired-state.schema.json', 'groundcrew schema | jq .properties.release'] }),
    )
    .action(async () => void host.stdout.write((await import('../../installation/schema/jsonSchema.ts')).jsonSchemaText()))
  program
    .command('version')
    .description('print the version')
    .addHelpText('after', helpText({ examples: ['groundcrew version', 'groundcrew version --json'] }))
    .action(() => void host.stdout.write(program.opts().json ? `${JSON.stringify(versions())}\n` : `groundcrew ${VERSION}\n`))
}

function versions() {
  return { groundcrew: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` }
}
