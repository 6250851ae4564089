import type { Command, Option } from 'commander'
import { build } from '../../src/commands/program/program.ts'
import { systemHost } from '../../src/commands/systemHost.ts'
import { assertLockHeld, code, page, plain, sentence, table } from './markdown.ts'

/** docs/cli.md: every command with its options, examples and exit codes. */
export function cliPage(): string {
  const program = tree()
  return page(
    'src/commands/program',
    '# The command line',
    INTRO,
    ...table(
      ['command', ''],
      leaves(program).map((it) => [`[${code(nameOf(it))}](#${anchor(it)})`, plain(it.description())]),
    ),
    '## Options of every command',
    ...options(program),
    ...leaves(program).flatMap(section),
    '## Exit codes',
    'Where a command names none of its own: 0 done, 1 an error (told on stderr, or on stdout with `--json`), 130 after Ctrl-C.',
  )
}

const INTRO = `\`groundcrew COMMAND --help\` prints the same. Options are written as Terraform's or kubectl's users type them: \`-out=FILE\`,
\`-out FILE\`, \`--out FILE\` and \`-o FILE\` are one.`

function section(command: Command): string[] {
  const below = helpSections(command)
  return [
    `## ${nameOf(command)}`,
    plain(sentence(command.description())),
    assertLockHeld('text', `${nameOf(command)} ${command.usage()}`),
    ...table(
      ['argument', ''],
      command.registeredArguments.map((it) => [code(it.name()), plain(it.description)]),
    ),
    ...options(command),
    ...table(
      ['exit code', ''],
      (below['Exit codes'] ?? []).map((line) => [line.slice(0, 3).trim(), plain(line.slice(3).trim())]),
    ),
    assertLockHeld('sh', (below.Examples ?? []).join('\n')),
  ]
}

function options(command: Command): string[] {
  return table(['option', 'default', ''], command.options.map(option))
}

function option(it: Option): string[] {
  const choices = it.argChoices === undefined ? '' : `: ${it.argChoices.map(code).join(', ')}`
  // For --no-color commander's own default, true, says nothing.
  const fallback = it.defaultValue === undefined || it.negate ? '' : code(`${it.defaultValue}`)
  return [code(it.flags), fallback, `${plain(it.description)}${choices}`]
}

/** What stands below the options of a command's help, by its heading. */
function helpSections(command: Command): { readonly [heading: string]: readonly string[] } {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  const blocks = text.split(/\n(?=[A-Z][a-z ]+:\n)/).map((block) => block.trim().split('\n'))
  return Object.fromEntries(blocks.map(([heading = '', ...lines]) => [heading.replace(':', ''), lines.map((line) => line.slice(2))]))
}

function tree(): Command {
  const silent = { write: () => undefined }
  const host = { ...systemHost(new AbortController().signal), stdout: silent, stderr: silent }
  return build({ ...host, reporting: () => Promise.reject(new Error('no command is run here')) }, () => undefined)
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
