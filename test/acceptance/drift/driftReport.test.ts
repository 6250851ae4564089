import { join } from 'node:path'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { RunResult } from '../support/run.ts'

const test = acceptance('the drift report: mailed by cron, with accepted drift', () => LabInstallation.applied())
const BUCKET = 'spacelift-run-logs'
const SINCE = /since (\d{4}-\d\d-\d\dT[\d:.]+Z)/
let firstReport = ''

test('from cron without drift: exit 0 and no output, so cron sends no mail', async (installation) => {
  const { stdout, stderr } = expectExit(await fromCron(installation), 0)
  expectSame({ stdout, stderr }, { stdout: '', stderr: '' })
})

for (const [resource, advice] of [
  ['bucket/spacelift-run-log', 'Did you mean bucket/spacelift-run-logs?'],
  ['bucket/spacelift-run-logs', 'Remove the entry: the resource is as it was applied.'],
] as const)
  test(`an acceptance for ${resource}, which does not differ: exit 0, reported with its line in the file`, async (installation) => {
    const { stdout } = expectExit(await driftAccepting(installation, 'unused', { resource, reason: 'r', until: '2999-01-31' }), 0)
    expectText(stdout, /drift\.accept at \S*unused\.yaml:\d+:\d+ accepts versioning, which does not differ/)
    expectText(stdout, advice)
    return /[^/\s]*unused\.yaml:\d+:\d+/.exec(stdout)?.[0]
  })

test('from cron with drift: exit 2, a report of at most 40 lines', async (installation) => {
  await installation.mc('version', 'suspend', `lab/${BUCKET}`)
  firstReport = expectExit(await fromCron(installation), 2).stdout
  expectText(firstReport, BUCKET)
  const lines = firstReport.split('\n').length
  if (lines > 40) throw new Error(firstReport)
  return `${lines} lines`
})

test('from cron with the same drift again: it reports since when', async (installation) => {
  const secondReport = expectExit(await fromCron(installation), 2).stdout
  expectText(secondReport, SINCE)
  expectSame(SINCE.exec(secondReport)?.[1], SINCE.exec(firstReport)?.[1])
  return SINCE.exec(secondReport)?.[0]
})

test('accepted drift: exit 0, shown with its reason', async (installation) => {
  const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10)
  const { stdout } = expectExit(await driftAccepting(installation, 'accepted', { reason: 'legal hold', until: inAYear }), 0)
  expectText(stdout, `accepted until ${inAYear}: legal hold`)
})

test('drift accepted until a day that has passed: exit 2', async (installation) => {
  const { stdout } = expectExit(await driftAccepting(installation, 'expired', { reason: 'legal hold', until: '2020-01-31' }), 2)
  expectText(stdout, 'versioning  enabled -> off')
  expectText(stdout, 'acceptance expired 2020-01-31')
})

function fromCron(installation: LabInstallation): Promise<RunResult> {
  return installation.groundcrew(['drift', '--quiet', '--remember', join(installation.lab.dir, 'drift.json')])
}

type Acceptance = { readonly resource?: string; readonly reason: string; readonly until: string }

/** Runs drift with a file that accepts how the versioning of a bucket differs. */
async function driftAccepting(installation: LabInstallation, name: string, acceptance: Acceptance): Promise<RunResult> {
  const entry = { resource: `bucket/${BUCKET}`, field: 'versioning', ...acceptance }
  const file = await installation.withEdits(name, (document) => document.setIn(['drift'], { accept: [entry] }))
  return installation.groundcrew(['drift', '-f', file])
}

test.run()
