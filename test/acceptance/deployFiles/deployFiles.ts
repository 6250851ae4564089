import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { LabInstallation, repository } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { run } from '../support/run.ts'
import { cronJob } from './cronJob.ts'
import { cronLine } from './cronLine.ts'
import { inputsOf } from './inputs.ts'
import { Jail } from './jail.ts'

export const shipped: Check = {
  name: 'shipped',
  about: 'what deploy/ ships, word for word: the cron line, the CronJob, the systemd units',
  async run(report) {
    await using site = await LabInstallation.applied()
    const jail = await Jail.build(site)
    if (jail === undefined) return report.skip('what deploy/ ships: a root folder of its own needs root and mount namespaces')
    const inputs = await inputsOf(site)
    await cronLine(report, site, jail, inputs)
    await cronJob(report, site, jail, inputs)
    await units(report, jail)
  },
}

/** systemd's own word, where it is installed. */
async function units(report: Report, jail: Jail): Promise<void> {
  const names = ['groundcrew-drift.service', 'groundcrew-drift.timer', 'groundcrew-watch.service']
  const folder = '/etc/systemd/system'
  await mkdir(jail.path(folder), { recursive: true })
  await jail.own('/run/systemd')
  for (const name of names) await cp(join(repository, 'deploy', name), jail.path(`${folder}/${name}`))
  const there = await run(['systemd-analyze', '--version']).catch(() => undefined)
  if (there === undefined) return report.skip('systemd-analyze verify: systemd is not on this machine')
  for (const name of names)
    await report.line(`systemd-analyze verify ${name}: not a word`, async () => {
      const { code, stdout, stderr } = await jail.run(['PATH=/usr/bin:/bin'], ['systemd-analyze', 'verify', `${folder}/${name}`])
      if (code !== 0 || stdout + stderr !== '') throw new Error(`exit ${code}\n${stdout}${stderr}`)
      return undefined
    })
}
