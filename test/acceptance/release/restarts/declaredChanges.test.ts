import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { killedAt } from '../../crashes/crashTrial.ts'
import { upgrade } from '../../crashes/upgrade.ts'
import { acceptance } from '../../support/acceptance.ts'
import { expectText, LabInstallation } from '../../support/installation.ts'
import { applyWithRestarts, changedPlan } from './applyWithRestarts.ts'

const ALL = ['spacelift-drain', 'spacelift-scheduler', 'spacelift-server']

const test = acceptance('a change in the file restarts exactly the pods that read it', () => LabInstallation.applied())

test.full('ADMIN_PASSWORD: the server only', async (installation) => {
  await writeFile(join(installation.folder, 'admin-password'), 'another password\n')
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('a lifecycle rule of a bucket: none', async (installation) => {
  const file = await installation.withEdits('rule', (document) =>
    document.setIn(['objectStorage', 'buckets', 'run-logs', 'expireAfterDays'], 90),
  )
  return applyWithRestarts(installation, [], file)
})

test.full('DATABASE_URL: all three', (installation) => changedDatabaseUrl(installation, ALL))

test.full('an apply killed between a changed secret and the restart: the next apply restarts the same', async (installation) => {
  await writeFile(join(installation.folder, 'admin-password'), 'a third password\n')
  await killedAt(installation, 'after:3')
  return applyWithRestarts(installation, ['spacelift-server'])
})

test.full('another repository of the launcher: the drain only', async (installation) => {
  const file = await installation.withEdits('launcher', (document) =>
    document.setIn(['images', 'launcher'], String(document.getIn(['images', 'launcher'])).replace(/launcher$/, 'other-launcher')),
  )
  return applyWithRestarts(installation, ['spacelift-drain'], file)
})

test.full('the former repository again, and then another image under its tag: the drain only', async (installation) => {
  await applyWithRestarts(installation, ['spacelift-drain'])
  await installation.client('crane', 'copy', installation.image('backend'), installation.image('launcher'))
  return applyWithRestarts(installation, ['spacelift-drain'])
})

test.full('the VCS gateway enabled: its pods are new, none restarts', async (installation) =>
  applyWithRestarts(installation, [], await withGateway(installation)),
)

test.full('DATABASE_URL with the VCS gateway: all four', async (installation) =>
  changedDatabaseUrl(installation, [...ALL, 'spacelift-vcs-gateway'], await withGateway(installation)),
)

test.full("a new version: images, the drain's secret and the release in one plan, all three restart", async (installation) => {
  await upgrade.begin(installation)
  const plan = await changedPlan(installation, upgrade.file(installation))
  for (const address of ['image/backend', 'image/launcher', 'secret/spacelift/spacelift-drain', 'release/spacelift/spacelift'])
    expectText(plan, address)
  return applyWithRestarts(installation, ALL, upgrade.file(installation))
})

test.run()

async function changedDatabaseUrl(installation: LabInstallation, workloads: readonly string[], file?: string): Promise<string> {
  const url = await installation.input('database-url')
  const changed = `${url}${url.includes('?') ? '&' : '?'}application_name=x${Date.now()}\n`
  await writeFile(join(installation.folder, 'database-url'), changed)
  return applyWithRestarts(installation, workloads, file)
}

function withGateway(installation: LabInstallation): Promise<string> {
  const vcsGateway = { enabled: true, domain: 'vcs.example.com', secretRef: 'spacelift-shared' }
  return installation.withEdits('gateway', (document) => document.setIn(['release', 'values'], { vcsGateway }))
}
