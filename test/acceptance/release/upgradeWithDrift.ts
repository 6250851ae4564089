import { setTimeout as sleep } from 'node:timers/promises'
import { helm3 } from '../../../scripts/lab/helm3.ts'
import { upgrade } from '../crashes/upgrade.ts'
import { helmRecords } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { podsOf, revision, rolledOut } from '../support/workloads.ts'
import { ChartRepository } from './guideMade/chartRepository.ts'
import { applyNamespaceAndSecrets, deploy, makeBuckets, pushImages } from './guideMade/guideCommands.ts'

/** Who made the release. Helm applies on the server's side or the client's for ever after as it did at first. */
type Origin = {
  readonly name: string
  readonly method: string
  readonly make: (installation: LabInstallation) => Promise<unknown>
  readonly isSample?: boolean
}

const ORIGINS: readonly Origin[] = [
  { name: 'groundcrew', method: 'ssa', make: async (installation) => expectExit(await installation.apply(), 0) },
  { name: 'Helm 3', method: '', make: async (installation) => guideMade(installation, await helm3()), isSample: true },
  {
    name: 'Helm 4 with --server-side=false',
    method: 'csa',
    make: (installation) => guideMade(installation, 'helm', '--server-side=false'),
  },
]

export const oneStory: Check = {
  name: 'oneStory',
  about: 'drift, repair and an upgrade in one story without a conflict, whoever made the release',
  async run(report, isQuick) {
    for (const origin of ORIGINS.filter(({ isSample }) => !isQuick || isSample)) await story(report, origin, isQuick)
  },
}

async function story(report: Report, { name, method, make }: Origin, isQuick: boolean): Promise<void> {
  await using installation = await LabInstallation.open()
  await make(installation)
  const by = `made by ${name}`
  await report.line(`${by}: adopted, whatever it was applied by, and empty after that`, async () => {
    expectSame(await applyMethod(installation), method)
    expectExit(await installation.apply(), 0)
    return empty(installation)
  })
  await report.line(`${by}: drift is planned and repaired without a conflict`, () => driftAndRepair(installation))
  await report.line(`${by}: drift that stands in the way of an upgrade is repaired by it, and all three restart`, () =>
    upgraded(installation),
  )
  if (isQuick) return
  await report.line(`${by}: after the upgrade it drifts and is repaired again`, () =>
    driftAndRepair(installation, upgrade.file(installation)),
  )
}

/** Fields of helm's that kubectl takes over, one that is nobody's, and an object that goes. */
async function drift(installation: LabInstallation): Promise<void> {
  const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
  await kubectl('scale', 'deployment/spacelift-drain', '--replicas=2')
  await kubectl('set', 'image', 'deployment/spacelift-scheduler', 'scheduler=other:1')
  await kubectl('set', 'env', 'deployment/spacelift-server', 'DEBUG=yes')
  await kubectl('patch', 'service', 'spacelift-mqtt', '--type=json', '-p', '[{"op":"replace","path":"/spec/ports/0/port","value":99}]')
  await kubectl('delete', 'ingress', 'server-v6')
  await rolledOut(installation)
}

const SHOWN = [
  /spec\.replicas +2 -> 3/,
  /image +other:1 -> /,
  /env\.DEBUG\.value/,
  /ports\[99\/TCP\]/,
  /\+ networking\.k8s\.io\/Ingress\/server-v6/,
]

async function driftAndRepair(installation: LabInstallation, file = installation.file): Promise<string> {
  await drift(installation)
  const plan = expectExit(await installation.plan('-f', file), 2).stdout
  for (const shown of SHOWN) expectText(plan, shown)
  await applied(installation, file, plan)
  return `revision ${await revision(installation)}`
}

/** The new version comes while the drift stands: a plain `helm upgrade` ends in a conflict here. */
async function upgraded(installation: LabInstallation): Promise<string> {
  await upgrade.begin(installation)
  await drift(installation)
  const plan = expectExit(await installation.plan('-f', upgrade.file(installation)), 2).stdout
  for (const shown of [...SHOWN.slice(0, 1), /image\/backend/, /image\/launcher/, /secret\/spacelift\/spacelift-drain/])
    expectText(plan, shown)
  await applied(installation, upgrade.file(installation), plan)
  await upgrade.expect(installation)
  return /^Restarts: .*/m.exec(plan)?.[0] ?? ''
}

/** Applies, and sees that nothing else restarted than was said, and that nothing is left to do. */
async function applied(installation: LabInstallation, file: string, plan: string): Promise<void> {
  const pods = await podsOf(installation)
  expectExit(await installation.apply('-f', file), 0)
  await sleep(300)
  const now = await podsOf(installation)
  const gone = [...pods].filter(([workload, uids]) => !uids.some((uid) => now.get(workload)?.includes(uid)))
  const said = [...(/^Restarts: (.*)\.$/m.exec(plan)?.[1] ?? '').matchAll(/(spacelift-\S+)/g)].map(([, workload]) => workload)
  expectSame(gone.map(([workload]) => workload).sort(), said.sort())
  await empty(installation, file)
}

async function empty(installation: LabInstallation, file = installation.file): Promise<string> {
  const { stdout } = expectExit(await installation.plan('-f', file), 0)
  expectText(stdout, 'No changes.')
  return stdout.trimEnd().split('\n').at(-1) ?? ''
}

async function guideMade(installation: LabInstallation, helm: string, ...flags: string[]): Promise<void> {
  await using repository = await ChartRepository.open(installation)
  await repository.publish(`${installation.folder}/chart`)
  await pushImages(installation)
  await makeBuckets(installation, 'mc commands')
  await applyNamespaceAndSecrets(installation)
  await deploy(installation, repository.url, helm, flags)
}

async function applyMethod(installation: LabInstallation): Promise<string> {
  const records = await helmRecords(installation)
  return (JSON.parse(records.at(-1) ?? '{}') as { apply_method?: string }).apply_method ?? ''
}
