import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Installation } from '../installation/installation.ts'
import type { DriftReport } from '../plan/drift.ts'
import { NO_MEMORY, parseMemory, remember } from '../plan/driftMemory.ts'
import { PLAIN } from '../report/format/style.ts'
import { textReporter } from '../report/textReporter.ts'
import type { Host, ReportingHost } from '../session/host.ts'
import { replaceFile } from '../state/atomicFile.ts'
import { errnoCode } from '../state/fileStore.ts'
import { ProblemError } from '../values/problem.ts'
import { VERSION } from '../version.ts'
import type { DriftForm } from './driftForms.ts'

type Options = { readonly output: DriftForm; readonly out?: string; readonly remember?: string }

/** Dates what drifted by what `--remember` kept, and keeps it for the next report. Throws a ProblemError for a file that is something else. */
export async function withAges(host: Host, { remember: name }: Options, report: DriftReport): Promise<DriftReport> {
  if (name === undefined) return report
  const file = resolve(host.cwd, name)
  const text = await readText(file, name)
  const before = text === '' ? NO_MEMORY : parseMemory(text)
  if (before === undefined) throw new ProblemError(noMemory(name))
  const dated = remember(report, before, host.clock.now().toISOString())
  await write(file, name, `${JSON.stringify(dated.memory, null, 1)}\n`)
  return dated.report
}

/** The report in its form, on stdout or, whole or not at all, in a file. */
export async function tellDrift(host: ReportingHost, options: Options, installation: Installation, report: DriftReport): Promise<void> {
  const { out, output } = options
  if (out === undefined && output === 'text') return host.report.drift(report)
  const file = out === undefined ? undefined : resolve(host.cwd, out)
  const text = await rendered(host, output, installation, report, file === undefined ? '' : await readText(file, out ?? ''))
  if (file === undefined) host.stdout.write(text)
  else await write(file, out ?? '', text, 0o644)
}

async function rendered(host: Host, form: DriftForm, installation: Installation, report: DriftReport, before: string): Promise<string> {
  const now = host.clock.now()
  const at = now.toISOString()
  switch (form) {
    case 'text':
      return asText(report)
    case 'json':
      return (await import('../report/drift/driftJson.ts')).driftJson(report, at)
    case 'markdown':
      return (await import('../report/drift/driftMarkdown.ts')).driftMarkdown(report, at)
    case 'html':
      return (await import('../report/drift/driftHtml.ts')).driftHtml(report, at, `Spacelift at ${installation.serverDomain}`)
    case 'prometheus':
      return (await import('../report/drift/driftPrometheus.ts')).driftPrometheus(report, now.getTime() / 1000, before, VERSION)
  }
}

function asText(report: DriftReport): string {
  let text = ''
  const sink = { write: (more: string) => (text += more), style: PLAIN }
  textReporter(sink, sink).drift(report)
  return text
}

async function readText(file: string, name: string): Promise<string> {
  return readFile(file, 'utf8').catch((error) => {
    if (errnoCode(error) === 'ENOENT') return ''
    throw new ProblemError({
      code: 'drift/unreadable',
      summary: `${name} cannot be read (${errnoCode(error)}).`,
      remedy: 'Name another file, or look at its rights.',
    })
  })
}

async function write(file: string, name: string, text: string, mode?: number): Promise<void> {
  await replaceFile(file, text, mode).catch((error) => {
    throw new ProblemError({
      code: 'drift/unwritable',
      summary: `${name} cannot be written (${errnoCode(error)}).`,
      remedy: 'Look at the rights and the free space of its folder.',
    })
  })
}

function noMemory(name: string) {
  const summary = `${name} is not what an earlier groundcrew drift --remember wrote.`
  return { code: 'drift/no-memory', summary, remedy: 'It is not overwritten: name another file, or remove that one.' }
}
