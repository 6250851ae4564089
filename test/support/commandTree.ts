import { buildProgram } from '../../src/commands/program/program.ts'
import { systemHost } from '../../src/commands/systemHost.ts'

type Tree = ReturnType<typeof buildProgram>

/** The tree of all commands as groundcrew builds it; what it prints goes to `write`. */
export function commandTree(write: (text: string) => unknown = () => undefined): Tree {
  const host = { ...systemHost(new AbortController().signal), stdout: { write }, stderr: { write } }
  const nobody = () => Promise.reject(new Error('no command is run here'))
  return buildProgram({ ...host, reporting: nobody }, () => undefined)
}

/** Every command below the program, `state rm` too, but for commander's own help. */
export function allCommands(tree: Tree): Tree[] {
  return tree.commands.flatMap((command) => [command, ...allCommands(command)])
}

/** The help of one command as it is printed. */
export function helpOf(command: Tree): string {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  return text
}

/** The command lines below `Examples:`, without their comments. */
export function examplesOf(help: string): string[] {
  const [, below = ''] = help.split('\nExamples:\n')
  return below.split('\n').flatMap((line) => (line.startsWith('  ') ? [line.trim().replace(/ +# .*$/, '')] : []))
}
