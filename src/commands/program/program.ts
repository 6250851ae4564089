import { Command, Option } from 'commander'
import type { Host } from '../../session/host.ts'
import { VERSION } from '../../version.ts'
import { helpText } from '../helpText.ts'
import { addSchema } from './infoCommands.ts'
import { addApply, addDrift, addPlan, addWatch } from './planCommands.ts'
import { addForceUnlock, addHistory, addState } from './stateCommands.ts'
import type { Done, Wiring } from './types.ts'

/** All commands with their options, arguments and help; `done` receives the exit code of the one that runs. */
export function build(host: Wiring, done: Done): Command {
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
  addPlan(program, host, done)
  addApply(program, host, done)
  addDrift(program, host, done)
  addWatch(program, host, done)
  addForceUnlock(program, host, done)
  addState(program, host, done)
  addHistory(program, host, done)
  addSchema(program, host)
  return program
}

/** Lines of at most 80 columns, however wide the terminal is. */
function width({ stdout }: Host) {
  const columns = () => Math.min(stdout.columns || 80, 80)
  return { getOutHelpWidth: columns, getErrHelpWidth: columns }
}
