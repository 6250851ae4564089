import type { Command, Option } from 'commander'
import { buildProgram } from '../../src/commands/program/program.ts'
import { systemHost } from '../../src/commands/systemHost.ts'
import { code, codeBlock, escapeTags, page, sentence, table } from './markdown.ts'

/** docs/cli.md: every command with its options, examples and exit codes. */
export function cliPage(): string {
  const program = commandTree()
  return page(
    'src/commands/program',
    '# The command line',
    INTRO,
    ...table(
      ['command', ''],
      leaves(program).map((command) => [`[${code(nameOf(command))}](#${anchor(command)})`, escapeTags(command.description())]),
    ),
    '## Options of every command',
    ...options(program),
    ...leaves(program).flatMap(section),
    '## Exit codes',
    'Unless a command documents its own: 0 done, 1 an error (printed on stderr, or on stdout with `--json`), 130 after Ctrl-C.',
  )
}

const INTRO = `\`groundcrew COMMAND --help\` prints the same text. Options can be written as in Terraform or kubectl: \`-out=FILE\`, \`-out FILE\`,
\`--out FILE\` and \`-o FILE\` are equivalent.`

function section(command: Command): string[] {
  const helpTexts = helpSections(command)
  return [
    `## ${nameOf(command)}`,
    escapeTags(sentence(command.description())),
    codeBlock('text', `${nameOf(command)} ${command.usage()}`),
    ...table(
      ['argument', ''],
      command.registeredArguments.map((argument) => [code(argument.name()), escapeTags(argument.description)]),
    ),
    ...options(command),
    ...table(
      ['exit code', ''],
      (helpTexts['Exit codes'] ?? []).map((line) => [line.slice(0, 3).trim(), escapeTags(line.slice(3).trim())]),
    ),
    codeBlock('sh', (helpTexts.Examples ?? []).join('\n')),
  ]
}

function options(command: Command): string[] {
  return table(['option', 'default', ''], command.options.map(option))
}

function option({ argChoices, defaultValue, negate, flags, description }: Option): string[] {
  const choices = argChoices === undefined ? '' : `: ${argChoices.map(code).join(', ')}`
  // For --no-color commander's own default, true, would mislead.
  const fallback = defaultValue === undefined || negate ? '' : code(`${defaultValue}`)
  return [code(flags), fallback, `${escapeTags(description)}${choices}`]
}

/** The sections below the options of a command's help, by heading. */
function helpSections(command: Command): { readonly [heading: string]: readonly string[] } {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  const blocks = text.split(/\n(?=[A-Z][a-z ]+:\n)/).map((block) => block.trim().split('\n'))
  return Object.fromEntries(blocks.map(([heading = '', ...lines]) => [heading.replace(':', ''), lines.map((line) => line.slice(2))]))
}

function commandTree(): Command {
  const silent = { write: () => undefined }
  const host = { ...systemHost(new AbortController().signal), stdout: silent, stderr: silent }
  return buildProgram({ ...host, reporting: () => Promise.reject(new Error('no command is run here')) }, () => undefined)
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name()
}

function anchor(command: Command): string {
  return nameOf(command).replaceAll(' ', '-')
}
