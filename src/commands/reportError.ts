import { CommanderError } from 'commander'
import type { Reporter } from '../report/reporter.ts'
import type { Host } from '../session/host.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { ExitCode } from './exitCode.ts'
import type { ReportOptions } from './openReporter.ts'

export type ReportErrorOptions = ReportOptions & { readonly logLevel?: string }

/**
 * Reports the error that ended a command, as problems, and returns its exit code. What commander has already printed on
 * stderr is not repeated; a stack trace is printed only with `--log-level debug`.
 */
export async function reportError(
  error: unknown,
  host: Host,
  options: ReportErrorOptions,
  reporter: () => Promise<Reporter>,
): Promise<ExitCode> {
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
  const name = code.replace('commander.', '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const summary = name === 'help' ? 'No command is given.' : sentence(message.replace(/^error: /, ''))
  return { code: `cli/${name}`, summary, remedy: 'List the commands: groundcrew --help' }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1).replaceAll('\n', ' ')}${text.endsWith('?)') ? '' : '.'}`
}

function unexpected(error: unknown) {
  const name = error instanceof Error ? error.name : typeof error
  return {
    code: 'internal/unexpected',
    // The message of an unknown error may contain anything, a secret included.
    summary: `groundcrew failed with an unexpected error (${name}).`,
    remedy: 'Run the command again with --log-level debug, remove any secrets from its output, and report it.',
  }
}
