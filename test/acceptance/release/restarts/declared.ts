import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killedAt } from '../../crashes/crashTrial.ts'
import { upgrade } from '../../crashes/upgrade.ts'
import { expectText, type LabInstallation } from '../../support/installation.ts'
import type { Report } from '../../support/report.ts'
import { applyWithRestarts, changedPlan } from './applyWithRestarts.ts'

const ALL = ['spacelift-drain', 'spacelift-scheduler', 'spacelift-server']

/** What the file changes, and whose pods read it. */
export async function declaredChanges(report: Report, installation: LabInstallation, isQuick: boolean): Promise<void> {
  await report.line('ADMIN_PASSWORD changed: the server only', async () => {
    await writeFile(join(installation.folder, 'admin-password'), 'another password\n')
    return applyWithRestarts(installation, ['spacelift-server'])
  })
  await report.line('a bucket rule changed: none', async () => {
    const file = await installation.withEdits('rule', (it) => it.setIn(['objectStorage', 'buckets', 'run-logs', 'expireAfterDays'], 90))
    return applyWithRestarts(installation, [], file)
  })
  await report.line('DATABASE_URL changed: all three', () => databaseUrl(installation, ALL))
  if (isQuick) return
  await report.line('an apply killed between a changed secret and the restart: the next one restarts the same', async () => {
    await writeFile(join(installation.folder, 'admin-password'), 'a third password\n')
    await killedAt(installation, 'after:3')
    return applyWithRestarts(installation, ['spacelift-server'])
  })
  await report.line('the launcher in another repository: the drain only', async () => {
    const file = await installation.withEdits('launcher', (it) =>
      it.setIn(['images', 'launcher'], String(it.getIn(['images', 'launcher'])).replace(/launcher$/, 'other-launcher')),
    )
    return applyWithRestarts(installation, ['spacelift-drain'], file)
  })
  await report.line('back again, and what its tag is changed by hand: the drain only', async () => {
    await applyWithRestarts(installation, ['spacelift-drain'])
    await installation.client('crane', 'copy', installation.image('backend'), installation.image('launcher'))
    return applyWithRestarts(installation, ['spacelift-drain'])
  })
  await report.line('the vcs gateway switched on: its pods are new, nobody restarts', async () => {
    return applyWithRestarts(installation, [], await withGateway(installation))
  })
  await report.line('with it DATABASE_URL restarts all four', async () => {
    return databaseUrl(installation, [...ALL, 'spacelift-vcs-gateway'], await withGateway(installation))
  })
  await report.line('version raised: images, the drain’s secret and the release in one plan, all three restart', async () => {
    await upgrade.begin(installation)
    const plan = await changedPlan(installation, upgrade.file(installation))
    for (const address of ['image/backend', 'image/launcher', 'secret/spacelift/spacelift-drain', 'release/spacelift/spacelift'])
      expectText(plan, address)
    return applyWithRestarts(installation, ALL, upgrade.file(installation))
  })
}

async function databaseUrl(installation: LabInstallation, restarts: readonly string[], file?: string): Promise<string> {
  const url = await installation.input('database-url')
  await writeFile(join(installation.folder, 'database-url'), `${url}${url.includes('?') ? '&' : '?'}application_name=x${Date.now()}\n`)
  return applyWithRestarts(installation, restarts, file)
}

function withGateway(installation: LabInstallation): Promise<string> {
  return installation.withEdits('gateway', (it) =>
    it.setIn(['release', 'values'], { vcsGateway: { enabled: true, domain: 'vcs.example.com', secretRef: 'spacelift-shared' } }),
  )
}
