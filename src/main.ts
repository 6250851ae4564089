import type { Command } from 'commander'
import type { ExitCode } from './commands/exitCode.ts'
import type { ReportOptions } from './commands/openReporter.ts'
import { buildProgram, normalizeSingleDash } from './commands/program/program.ts'
import { reportError } from './commands/reportError.ts'
import type { Reporter } from './report/reporter.ts'
import type { Host } from './session/host.ts'

/**
 * Runs one command. `argv` without the program's own name. Every error ends here as problems on stderr (with `--json` as
 * lines on stdout) and an exit code; a stack trace is printed only with `--log-level debug`.
 */
export async function main(argv: readonly string[], host: Host): Promise<ExitCode> {
  let exit: ExitCode = 0
  let isDaemon = false
  let report: Reporter | undefined
  // Opened once, when the options are known: a stream has only one start.
  const reporter = async (options: ReportOptions) => {
    report ??= (await import('./commands/openReporter.ts')).openReporter(host, options)
    return report
  }
  const reporting = async () => ({ ...host, report: await reporter(program.opts()) })
  const program: Command = buildProgram({ ...host, reporting }, (code, type) => {
    exit = code
    isDaemon = type === 'daemon'
  })
  try {
    await program.parseAsync(normalizeSingleDash(argv, program), { from: 'user' })
    return host.signal.aborted && !isDaemon ? 130 : exit
  } catch (error) {
    const { logFile: _, ...options } = program.opts()
    if (host.signal.aborted) {
      // An operator knows that Ctrl-C was typed; the reader of a stream does not know why it ends.
      if (options.json) (await reporter(options)).note('Interrupted.', 'warn')
      return 130
    }
    return reportError(error, host, options, () => reporter(options))
  }
}
