import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DriftReport } from '../plan/drift.ts'
import { addAges, EMPTY_MEMORY, parseMemory } from '../plan/driftMemory.ts'
import { PLAIN } from '../report/format/style.ts'
import { textReporter } from '../report/textReporter.ts'
import { replaceFile } from '../state/atomicFile.ts'
import { errnoCode } from '../values/errnoCode.ts'
import { ProblemError } from '../values/problem.ts'
import { VERSION } from '../version.ts'
import type { DriftForm } from './driftForms.ts'
import type { Host } from './host.ts'

/** Adds to each difference since when it exists, by a file that remembers it from report to report. Throws a ProblemError for a file that is something else. */
export async function withAges(host: Host, name: string, report: DriftReport): Promise<DriftReport> {
  const file = resolve(host.cwd, name)
  const text = await readText(file, name)
  const before = text === '' ? EMPTY_MEMORY : parseMemory(text)
  if (before === undefined) throw new ProblemError(noMemory(name))
  const dated = addAges(report, before, host.clock.now().toISOString())
  await write(file, name, `${JSON.stringify(dated.memory, null, 1)}\n`)
  return dated.report
}

/** The report as a text in this form. `before`: what the last one was, for forms that continue it. */
export async function renderDrift(host: Host, form: DriftForm, report: DriftReport, title: string, before = ''): Promise<string> {
  const now = host.clock.now()
  const at = now.toISOString()
  switch (form) {
    case 'text':
      return renderText(report)
    case 'json':
      return (await import('../report/drift/driftJson.ts')).driftJson(report, at)
    case 'markdown':
      return (await import('../report/drift/driftMarkdown.ts')).driftMarkdown(report, at)
    case 'html':
      return (await import('../report/drift/driftHtml.ts')).driftHtml(report, at, title)
    case 'prometheus':
      return (await import('../report/drift/driftPrometheus.ts')).driftPrometheus(report, now.getTime() / 1000, before, VERSION)
  }
}

/** Writes the report in this form to a file: completely or not at all. */
export async function writeDrift(host: Host, name: string, form: DriftForm, report: DriftReport, title: string): Promise<void> {
  const file = resolve(host.cwd, name)
  await write(file, name, await renderDrift(host, form, report, title, await readText(file, name)), 0o644)
}

function renderText(report: DriftReport): string {
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
      remedy: 'Name another file, or check its permissions.',
    })
  })
}

async function write(file: string, name: string, text: string, mode?: number): Promise<void> {
  await replaceFile(file, text, mode).catch((error) => {
    throw new ProblemError({
      code: 'drift/unwritable',
      summary: `${name} cannot be written (${errnoCode(error)}).`,
      remedy: 'Check the permissions and the free space of its folder.',
    })
  })
}

function noMemory(name: string) {
  const summary = `${name} is not a file that groundcrew drift --remember wrote.`
  return { code: 'drift/no-memory', summary, remedy: 'It is not overwritten: name another file, or delete that one.' }
}
