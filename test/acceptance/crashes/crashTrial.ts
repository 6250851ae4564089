import { join } from 'node:path'
import type { Recorded } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journal.ts'
import { expectExit, expectText, type LabInstallation, repository } from '../support/installation.ts'
import { doneTwice } from './noDuplicateWork.ts'
import { helmProcesses } from './processes.ts'

/** `before:7` or `after:7`: the moment of a journal record. */
export type Moment = `${'before' | 'after'}:${number}`

/** What is known of an apply that was killed. */
export type Killed = { readonly journal: readonly JournalRecord[]; readonly requests: Recorded }

// The launcher would only stand between us and the process that kills itself.
const deadly = [process.execPath, '--disable-warning=ExperimentalWarning', join(repository, 'scripts/accept/kills/killed.ts')] as const

/** An apply of `file` that dies at a moment as by `kill -9`. */
export async function killedAt(site: LabInstallation, at: Moment, file = site.file): Promise<Killed> {
  const runs = (await site.journals()).length
  const stop = await site.lab.record()
  const killed = await site.groundcrew(['apply', '--auto-approve', '-f', file], { env: { KILL_AT: at }, program: deadly })
  if (killed.signal !== 'SIGKILL') throw new Error(`it was not killed: exit ${killed.code}\n${killed.stdout}${killed.stderr}`)
  const journals = await site.journals()
  if (journals.length !== runs + 1) throw new Error(`${journals.length - runs} histories were begun, expected 1`)
  return { journal: journals.at(-1) ?? [], requests: await stop() }
}

/** One more apply, nothing by hand: everything is as `expect` wants it, nothing was done twice, the next plan is empty. */
export async function converges(
  site: LabInstallation,
  { journal, requests }: Killed,
  expect: (site: LabInstallation) => Promise<unknown>,
  file = site.file,
) {
  const stop = await site.lab.record()
  const apply = expectExit(await site.apply('-f', file), 0)
  const twice = doneTwice(journal, requests, await stop())
  if (twice.length > 0) throw new Error(`done although the journal says it was done:\n${twice.join('\n')}`)
  await expect(site)
  expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
  const left = await helmProcesses(site)
  if (left.length > 0) throw new Error(`helm is still there: ${left.join(' ')}`)
  const done = journal.filter(({ type: t }) => t === 'done').length
  const planned = journal.flatMap((record) => (record.type === 'begin' ? record.plan : [])).length
  return `${done} of ${planned} were done, the rest in ${apply.seconds.toFixed(1)} s`
}
