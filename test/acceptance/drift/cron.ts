import { join } from 'node:path'
import { expectExit, expectSame, expectText, type LabInstallation } from '../support/installation.ts'
import type { Report } from '../support/report.ts'

const BUCKET = 'spacelift-run-logs'

/** A report from cron: no mail, one mail, the same mail with its age. */
export async function cron(report: Report, site: LabInstallation): Promise<void> {
  const drift = (...flags: string[]) => site.groundcrew(['drift', '--quiet', '--remember', join(site.lab.dir, 'drift.json'), ...flags])
  await report.line('cron: nothing drifted: exit 0, and not a byte to mail', async () => {
    const { stdout, stderr } = expectExit(await drift(), 0)
    expectSame({ stdout, stderr }, { stdout: '', stderr: '' })
    return undefined
  })
  await site.mc('version', 'suspend', `lab/${BUCKET}`)
  const since = /since (\d{4}-\d\d-\d\dT[\d:.]+Z)/
  const first = await drift()
  await report.line('cron: drift: exit 2, one text of a mail', async () => {
    expectExit(first, 2)
    expectText(first.stdout, BUCKET)
    const lines = first.stdout.split('\n').length
    if (lines > 40) throw new Error(first.stdout)
    return `${lines} lines`
  })
  await report.line('cron: the same drift again: it says since when', async () => {
    const second = expectExit(await drift(), 2)
    expectText(second.stdout, since)
    expectSame(since.exec(second.stdout)?.[1], since.exec(first.stdout)?.[1])
    return since.exec(second.stdout)?.[0]
  })
  await accepted(report, site)
  expectExit(await site.apply(), 0)
}

/** What a person let be is shown and no drift, until its day has passed. */
async function accepted(report: Report, site: LabInstallation): Promise<void> {
  const until = (day: string) =>
    site.withEdits(`accepted-${day}`, (it) =>
      it.setIn(['drift'], { accept: [{ resource: `bucket/${BUCKET}`, field: 'versioning', reason: 'legal hold', until: day }] }),
    )
  const inAYear = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10)
  await report.line('accepted: exit 0, shown with its reason', async () => {
    const ran = expectExit(await site.groundcrew(['drift', '-f', await until(inAYear)]), 0)
    expectText(ran.stdout, `accepted until ${inAYear}: legal hold`)
    return undefined
  })
  await report.line('accepted until a day that has passed: exit 2', async () => {
    const ran = expectExit(await site.groundcrew(['drift', '-f', await until('2020-01-31')]), 2)
    expectText(ran.stdout, 'versioning  enabled -> off')
    expectText(ran.stdout, 'no longer accepted: until 2020-01-31')
    return undefined
  })
}
