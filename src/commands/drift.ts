import { driftOutcome } from '../plan/drift.ts'
import { checkDrift } from '../session/checkDrift.ts'
import { renderDrift, withAges, writeDrift } from '../session/driftFiles.ts'
import type { DriftForm } from '../session/driftForms.ts'
import type { ReportingHost } from '../session/host.ts'
import type { ExitCode } from './exitCode.ts'
import { type GlobalOptions, lockTimeoutMs } from './globalOptions.ts'

export type DriftOptions = GlobalOptions & {
  readonly output: DriftForm
  /** Where the report goes instead of stdout. */
  readonly out?: string
  /** Prints nothing when nothing drifted. */
  readonly quiet?: boolean
  /** The file that remembers since when each difference exists. */
  readonly remember?: string
  readonly skip?: readonly string[]
  readonly lockTimeout: string
}

const EXIT_CODES = { clean: 0, drifted: 2, incomplete: 1 } as const

/** Reports what changed outside groundcrew. 0 no drift, 2 drift, 1 an incomplete check. */
export async function driftCommand(host: ReportingHost, options: DriftOptions): Promise<ExitCode> {
  const { output, out, quiet, remember } = options
  const { title, ...undated } = await checkDrift(host, { ...options, lockTimeoutMs: lockTimeoutMs(options) })
  const report = remember === undefined ? undated : await withAges(host, remember, undated)
  const exit = EXIT_CODES[driftOutcome(report)]
  if (out !== undefined) await writeDrift(host, out, output, report, title)
  else if (exit === 0 && quiet) return exit
  else if (output === 'text') host.report.drift(report)
  else host.stdout.write(await renderDrift(host, output, report, title))
  return exit
}
