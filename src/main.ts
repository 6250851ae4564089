import { Command, CommanderError, Option } from 'commander'
import { doubleDashes } from './commands/argv.ts'
import type { ExitCode, Host, ReportingHost } from './commands/host.ts'
import type { ReportOptions } from './commands/openReporter.ts'
import type { Reporter } from './report/reporter.ts'
import { POLICIES } from './values/policy.ts'
import { type Problem, ProblemError } from './values/problem.ts'
import { VERSION } from './version.ts'

/**
 * Runs one command. `argv` without the program's own name. Everything that goes wrong ends here as problems on stderr
 * (with `--json` as lines on stdout) and an exit code; a stack trace is shown only with `--log-level debug`.
 */
export async function main(argv: readonly string[], host: Host): Promise<ExitCode> {
  let exit: ExitCode = 0
  // A daemon is meant to be interrupted: it says itself how it ended.
  let ofDaemon: ExitCode | undefined
  let report: Reporter | undefined
  // Opened when the options are known, once: a stream has one beginning.
  const reporter = async (options: ReportOptions) => {
    report ??= (await import('./commands/openReporter.ts')).openReporter(host, options)
    return report
  }
  const reporting = async () => ({ ...host, report: await reporter(program.opts()) })
  const wiring = { ...host, reporting }
  const program: Command = build(wiring, (code) => {
    exit = code
  })
  addWatch(program, wiring, (code) => {
    ofDaemon = code
  })
  try {
    await program.parseAsync(doubleDashes(argv, program), { from: 'user' })
    return ofDaemon ?? (host.signal.aborted ? 130 : exit)
  } catch (error) {
    if (host.signal.aborted) return 130
    const { logFile: _, ...options } = program.opts()
    return explain(error, host, options, () => reporter(options))
  }
}

/** A host that makes its reporter when a command that tells anything begins: `--help` needs none. */
type Wiring = Host & { readonly reporting: () => Promise<ReportingHost> }

function build(host: Wiring, done: (code: ExitCode) => void): Command {
  const program = new Command('groundcrew')
    .description('Keeps one Spacelift self-hosted installation exactly as one file says.')
    .version(VERSION, '--version', 'print the version')
    .option('-f, --file <file>', 'the desired state', 'desired-state.yaml')
    .option('--state <dir>', 'folder of the state and the history (default: state/ beside the file)')
    .option('--kubeconfig <file>', 'kubeconfig (default: KUBECONFIG, then ~/.kube/config)')
    .option('--context <name>', 'kubeconfig context (default: the one the file names)')
    .option('--no-color', 'no colours (also NO_COLOR)')
    .option('--json', 'one JSON object a line on stdout instead of text (docs/events.md)')
    .option('--log-file <file>', 'append the JSON lines to this file besides')
    .addOption(new Option('--log-level <level>', 'what is told besides').choices(['error', 'info', 'debug']).default('info'))
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => program.opts().json || host.stderr.write(text) })
    .showHelpAfterError('Run groundcrew --help for the commands.')
  addPlan(program, host, done)
  addApply(program, host, done)
  addDrift(program, host, done)
  addForceUnlock(program, host, done)
  addState(program, host, done)
  addHistory(program, host, done)
  addSchema(program, host)
  return program
}

function addPlan(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  worldOptions(program.command('plan').description('show the difference, its causes and what restarts; writes nothing'))
    .option('--detailed-exitcode', 'exit 2 when there are changes')
    .option('-o, --out <file>', 'save the plan for groundcrew apply FILE')
    .addHelpText(
      'after',
      '\nExamples:\n  groundcrew plan\n  groundcrew plan -f prod.yaml --detailed-exitcode\n  groundcrew plan --no-color > plan.txt',
    )
    .action(async (_options, command: Command) => {
      const { planCommand } = await import('./commands/plan.ts')
      done(await planCommand(await host.reporting(), command.optsWithGlobals()))
    })
}

function addApply(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  worldOptions(program.command('apply').description('plan, ask, and apply only the changes'))
    .argument('[plan]', 'a plan saved by groundcrew plan -out FILE: exactly that is applied, once')
    .option('--auto-approve', 'do not ask')
    .option('--lock-timeout <duration>', 'how long to wait for another apply, e.g. 5m', '0s')
    .addHelpText('after', '\nExamples:\n  groundcrew apply\n  groundcrew apply --auto-approve\n  groundcrew apply --lock-timeout 5m')
    .action(async (plan: string | undefined, _options, command: Command) => {
      const { applyCommand } = await import('./commands/apply.ts')
      done(await applyCommand(await host.reporting(), command.optsWithGlobals(), plan))
    })
}

function addDrift(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  program
    .command('drift')
    .description('tell what changed behind our back since the last apply; writes nothing anywhere')
    .addOption(new Option('--output <form>', 'text, or json: one document').choices(['text', 'json']).default('text'))
    .option('--skip <address>', 'leave this resource out, or all below it (repeatable)', collect)
    .option('--lock-timeout <duration>', 'how long to wait while an apply runs, e.g. 5m', '1m')
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .addHelpText(
      'after',
      '\nExit codes: 0 no drift, 2 drift, 1 something could not be looked at.\n\nExamples:\n  groundcrew drift\n  groundcrew drift --output json > drift.json\n  groundcrew drift --skip image',
    )
    .action(async (_options, command: Command) =>
      done(await (await import('./commands/drift.ts')).driftCommand(await host.reporting(), command.optsWithGlobals())),
    )
}

function addWatch(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  program
    .command('watch')
    .description('the daemon: looks again and again, and applies what its policy allows')
    .addOption(new Option('--policy <policy>', 'what it applies by itself (default: what the file says, else none)').choices(POLICIES))
    .option('--interval <duration>', 'how often it looks when nothing triggers a look (default: what the file says, else 60s)')
    .addHelpText('after', '\nExamples:\n  groundcrew watch\n  groundcrew watch --policy drifted --interval 5m')
    .action(async (_options, command: Command) => {
      const { watchCommand } = await import('./commands/watch.ts')
      done(await watchCommand(await host.reporting(), command.optsWithGlobals()))
    })
}

function addForceUnlock(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  program
    .command('force-unlock')
    .description('free the lock of a run that is known to be gone')
    .argument('<id>', 'the run, as groundcrew apply names it')
    .option('--force', 'do not ask')
    .action(async (id: string, _options, command: Command) => {
      const { forceUnlock } = await import('./commands/forceUnlock.ts')
      done(await forceUnlock(await host.reporting(), command.optsWithGlobals(), id))
    })
}

function addState(program: Command, host: Wiring, done: (code: ExitCode) => void): void {
  const state = program.command('state').description('what was last applied, as the state remembers it')
  state
    .command('list')
    .description('the address of every resource, one a line')
    .action(async (_options, command: Command) =>
      done(await (await import('./commands/state.ts')).stateList(host, command.optsWithGlobals())),
    )
  state
    .command('show')
    .description('what is remembered of one resource, as JSON')
    .argument('<address>')
    .action(async (it: string, _options, command: Command) =>
      done(await (await import('./commands/state.ts')).stateShow(host, command.optsWithGlobals(), it)),
    )
  state
    .command('rm')
    .description('forget resources without touching them')
    .argument('<address...>')
    .action(async (all: string[], _options, command: Command) =>
      done(await (await import('./commands/state.ts')).stateRemove(await host.reporting(), command.optsWithGlobals(), all)),
    )
}

function addHistory(program: Command, host: Host, done: (code: ExitCode) => void): void {
  program
    .command('history')
    .description('the applies, oldest first; with a run’s name that one in full')
    .argument('[run]')
    .action(async (run: string | undefined, _options, command: Command) =>
      done(await (await import('./commands/history.ts')).historyCommand(host, command.optsWithGlobals(), run)),
    )
}

function addSchema(program: Command, host: Host): void {
  program
    .command('schema')
    .description('the JSON Schema of desired-state.yaml')
    .action(async () => void host.stdout.write((await import('./installation/jsonSchema.ts')).jsonSchemaText()))
  program
    .command('version')
    .description('print the version')
    .action(() => void host.stdout.write(program.opts().json ? `${JSON.stringify(versions())}\n` : `groundcrew ${VERSION}\n`))
}

function versions() {
  return { groundcrew: VERSION, node: process.versions.node, platform: `${process.platform}-${process.arch}` }
}

function collect(value: string, all: readonly string[] = []): readonly string[] {
  return [...all, value]
}

function worldOptions(command: Command): Command {
  return command
    .option('--target <address>', 'only this resource and what it depends on (repeatable)', collect)
    .option('--exclude <address>', 'all but this resource and what depends on it (repeatable)', collect)
    .option('--accept-new-world', 'the installation has moved to another cluster or object store')
    .option('--accept-data-loss <address>', 'let a change delete the data it names (repeatable)', collect)
    .option('--replace-encryption-key', 'give up what the old encryption key encrypted')
}

type ExplainOptions = ReportOptions & { readonly logLevel?: string }

async function explain(error: unknown, host: Host, options: ExplainOptions, reporter: () => Promise<Reporter>): Promise<ExitCode> {
  // commander has said it already, on stderr.
  if (error instanceof CommanderError && (error.exitCode === 0 || !options.json)) return error.exitCode === 0 ? 0 : 1
  if (options.logLevel === 'debug') host.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
  const report = await reporter()
  report.problems(problemsOf(error))
  return 1
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems
  return [error instanceof CommanderError ? badArguments(error) : unexpected(error)]
}

function badArguments({ code, message }: CommanderError): Problem {
  const kind = code.replace('commander.', '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const summary = kind === 'help' ? 'No command is named.' : sentence(message.replace(/^error: /, ''))
  return { code: `cli/${kind}`, summary, remedy: 'Run groundcrew --help for the commands.' }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replaceAll('\n', ' ')}${text.endsWith('?)') ? '' : '.'}`
}

function unexpected(error: unknown) {
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'internal/unexpected',
    // The message of an unknown error may carry anything, a secret included.
    summary: `groundcrew failed in a way it does not know (${name}).`,
    remedy: 'Run it again with --log-level debug, look for secrets in what it prints, and report it.',
  }
}
