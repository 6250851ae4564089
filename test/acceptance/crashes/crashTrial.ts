import { join } from 'node:path'
import type { Recorded } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journalRecord.ts'
import { helmProcesses } from '../support/helmProcesses.ts'
import { expectExit, expectText, type LabInstallation, repository } from '../support/installation.ts'
import { repeatedWork } from './noDuplicateWork.ts'

/** `before:7` or `after:7`: the moment of a journal record. */
export type Moment = `${'before' | 'after'}:${number}`

/** What is known of an apply that was killed. */
export type KilledApply = { readonly journal: readonly JournalRecord[]; readonly requests: Recorded }

// Without the launcher: a shell between the test and the process that kills itself would hide the signal.
const killAtRecord = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(repository, 'test/acceptance/crashes/killAtRecord.ts'),
] as const

/** An apply of `file` that dies at a moment as by `kill -9`. */
export async function killedAt(installation: LabInstallation, at: Moment, file = installation.file): Promise<KilledApply> {
  const journalsBefore = (await installation.journals()).length
  const stop = await installation.lab.record()
  const apply = ['apply', '--auto-approve', '-f', file]
  const killed = await installation.groundcrew(apply, { env: { KILL_AT: at }, program: killAtRecord })
  if (killed.signal !== 'SIGKILL') throw new Error(`not killed: exit ${killed.code}\n${killed.stdout}${killed.stderr}`)
  const journals = await installation.journals()
  if (journals.length !== journalsBefore + 1) throw new Error(`${journals.length - journalsBefore} new journals, expected 1`)
  return { journal: journals.at(-1) ?? [], requests: await stop() }
}

/** One more apply and nothing by hand: `expect` holds, no work was repeated, the next plan is empty, no helm is left. */
export async function converges(
  installation: LabInstallation,
  { journal, requests }: KilledApply,
  expect: (installation: LabInstallation) => Promise<unknown>,
  file = installation.file,
): Promise<string> {
  const stop = await installation.lab.record()
  const apply = expectExit(await installation.apply('-f', file), 0)
  const repeated = repeatedWork(journal, requests, await stop())
  if (repeated.length > 0) throw new Error(`done again although the journal records it as done:\n${repeated.join('\n')}`)
  await expect(installation)
  expectText(expectExit(await installation.plan('-f', file), 0).stdout, 'No changes.')
  const left = await helmProcesses(installation)
  if (left.length > 0) throw new Error(`helm processes are left: ${left.join(' ')}`)
  const done = journal.filter(({ type }) => type === 'done').length
  const planned = journal.flatMap((record) => (record.type === 'begin' ? record.plan : [])).length
  return `${done} of ${planned} were done, the rest in ${apply.seconds.toFixed(1)} s`
}
