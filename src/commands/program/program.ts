import { Command, Option } from 'commander'
import type { Host } from '../../session/host.ts'
import { VERSION } from '../../version.ts'
import { helpText } from '../helpText.ts'
import { addSchema } from './infoCommands.ts'
import { addApply, addDrift, addPlan, addWatch } from './planCommands.ts'
import { addForceUnlock, addHistory, addState } from './stateCommands.ts'
import type { OnExit, ProgramHost } from './types.ts'

/** All commands with their options, arguments and help; `onExit` receives the exit code of the one that runs. */
export function buildProgram(host: ProgramHost, onExit: OnExit): Command {
  const program = new Command('groundcrew')
    .description('Keeps one Spacelift self-hosted installation exactly as one file declares it.')
    .version(VERSION, '--version', 'print the version')
    .option('-f, --file <file>', 'the desired state', 'desired-state.yaml')
    .option('--state <dir>', 'folder of the state and the history (default: state/ in the folder of the desired state)')
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'kubeconfig context (default: kubernetes.context in the file)')
    .option('--no-color', 'no colors (also NO_COLOR)')
    .option('--json', 'one JSON object per line on stdout instead of text (docs/events.md)')
    .option('--log-file <file>', 'also append the JSON lines to this file')
    .addOption(
      new Option('--log-level <level>', 'how much is printed; debug adds stack traces').choices(['error', 'info', 'debug']).default('info'),
    )
    .exitOverride()
    .configureOutput({
      ...width(host),
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => program.opts().json || host.stderr.write(text),
    })
    .showHelpAfterError('List the commands: groundcrew --help')
    .configureHelp({ showGlobalOptions: true })
    .addHelpText(
      'after',
      helpText({
        examples: [
          'groundcrew plan  # what would change, and why',
          'groundcrew apply  # the same, then prompt, then apply only that',
          'groundcrew drift  # what changed outside groundcrew',
          'groundcrew plan -f prod.yaml -out friday.plan',
          'groundcrew apply friday.plan',
        ],
      }),
    )
  addPlan(program, host, onExit)
  addApply(program, host, onExit)
  addDrift(program, host, onExit)
  addWatch(program, host, onExit)
  addForceUnlock(program, host, onExit)
  addState(program, host, onExit)
  addHistory(program, host, onExit)
  addSchema(program, host)
  return program
}

/** Lines of at most 80 columns, however wide the terminal is. */
function width({ stdout }: Host) {
  const columns = () => Math.min(stdout.columns || 80, 80)
  return { getOutHelpWidth: columns, getErrHelpWidth: columns }
}

/**
 * Users of Terraform type `-out=x` and `-detailed-exitcode`, which commander would parse as groups of short flags. Every
 * `-word` that is the name of a long option gets a second dash; what follows `--` is unchanged.
 */
export function normalizeSingleDash(argv: readonly string[], program: Command): string[] {
  const long = new Set([program, ...program.commands].flatMap((command) => command.options.map((option) => option.long)))
  const end = argv.indexOf('--')
  return argv.map((arg, i) => {
    const isLong = /^-[a-z][a-z-]+(=|$)/.test(arg) && long.has(`-${arg.split('=')[0]}`)
    return isLong && (end < 0 || i < end) ? `-${arg}` : arg
  })
}
