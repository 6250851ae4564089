import { openSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import { chooseStyle, chooseWidth } from '../report/format/style.ts'
import { jsonReporter } from '../report/json/jsonReporter.ts'
import { combineReporters, type Reporter } from '../report/reporter.ts'
import { type Sink, textReporter } from '../report/textReporter.ts'
import type { Host, Output } from '../session/host.ts'
import { errnoCode } from '../values/errnoCode.ts'
import { ProblemError } from '../values/problem.ts'
import { VERSION } from '../version.ts'
import type { GlobalOptions } from './globalOptions.ts'

export type ReportOptions = Partial<Pick<GlobalOptions, 'json' | 'color' | 'logFile'>>

/** The reporter that the options select: text or JSON lines, and JSON lines to `--log-file` too. Throws a ProblemError for a file that cannot be opened. */
export function openReporter(host: Host, options: ReportOptions): Reporter {
  const main = options.json ? json(host, (text) => host.stdout.write(text)) : text(host, options)
  return options.logFile === undefined ? main : combineReporters(main, json(host, appendTo(host, options.logFile)))
}

function json(host: Host, write: (text: string) => unknown): Reporter {
  return jsonReporter({ write, now: () => host.clock.now(), version: VERSION })
}

function text(host: Host, options: ReportOptions): Reporter {
  const sink = (to: Output): Sink => {
    const width = chooseWidth(to, host.env)
    const style = chooseStyle(to, host.env, options.color === false)
    return { write: (line) => to.write(line), style, ...(width !== undefined && { width }) }
  }
  return textReporter(sink(host.stdout), sink(host.stderr))
}

/**
 * Writes each line at once: what was reported is in the file whatever happens to this process. A log file that can no
 * longer be written stops no apply: that is reported once on stderr.
 */
function appendTo(host: Host, file: string): (text: string) => void {
  const opened = open(host, file)
  let failed = false
  return (text) => {
    if (failed) return
    try {
      writeSync(opened, text)
    } catch (error) {
      failed = true
      host.stderr.write(`The log file ${file} is incomplete from here on: it can no longer be written (${errnoCode(error)}).\n`)
    }
  }
}

function open(host: Host, file: string): number {
  try {
    return openSync(resolve(host.cwd, file), 'a', 0o600)
  } catch (error) {
    throw new ProblemError({
      code: 'cli/log-file',
      summary: `The log file ${file} cannot be written (${errnoCode(error)}).`,
      remedy: 'Check the permissions of its folder, or name another file with --log-file.',
    })
  }
}
