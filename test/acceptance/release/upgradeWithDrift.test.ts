import { helm3 } from '../../../scripts/lab/helm3.ts'
import { upgrade } from '../crashes/upgrade.ts'
import { acceptance } from '../support/acceptance.ts'
import { helmRecords } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { podsOf, releaseRevision, replacedWorkloads, waitForRollouts } from '../support/workloads.ts'
import { installByGuide } from './guideMade/guideCommands.ts'
import { announcedWorkloads, announcement, changedPlan, expectEmptyPlan } from './restarts/applyWithRestarts.ts'

/** The client of a release's first install: Helm keeps applying on the server's or the client's side as it did then. */
type Origin = {
  readonly name: string
  /** What Helm records of how it applies. */
  readonly method: '' | 'csa' | 'ssa'
  readonly isQuick?: boolean
  install(installation: LabInstallation): Promise<unknown>
}

const origins: readonly Origin[] = [
  { name: 'groundcrew', method: 'ssa', install: async (installation) => expectExit(await installation.apply(), 0) },
  {
    name: 'Helm 3',
    method: '',
    isQuick: true,
    install: async (installation) => installByGuide(installation, { helm: await helm3() }),
  },
  {
    name: 'Helm 4 with --server-side=false',
    method: 'csa',
    install: (installation) => installByGuide(installation, { flags: ['--server-side=false'] }),
  },
]

for (const { name, method, isQuick, install } of origins) {
  const suite = acceptance(`drift, repair and an upgrade without a conflict, on a release installed by ${name}`, async () => {
    const installation = await LabInstallation.open()
    await install(installation)
    return installation
  })
  const test = isQuick ? suite : suite.full

  test('the release is adopted, and the next plan is empty', async (installation) => {
    expectSame(await applyMethod(installation), method)
    expectExit(await installation.apply(), 0)
    return expectEmptyPlan(installation)
  })

  suite.full('drift is planned and repaired without a conflict', (installation) => driftAndRepair(installation))

  test('an upgrade repairs drift that would conflict with it, and all three workloads restart', upgradeOverDrift)

  suite.full('after the upgrade, drift is planned and repaired again', (installation) =>
    driftAndRepair(installation, upgrade.file(installation)),
  )

  suite.run()
}

/** Fields that kubectl takes over from helm, a field without an owner, and a deleted object. */
async function drift(installation: LabInstallation): Promise<void> {
  const kubectl = (...args: string[]) => installation.kubectl('-n', 'spacelift', ...args)
  await kubectl('scale', 'deployment/spacelift-drain', '--replicas=2')
  await kubectl('set', 'image', 'deployment/spacelift-scheduler', 'scheduler=other:1')
  await kubectl('set', 'env', 'deployment/spacelift-server', 'DEBUG=yes')
  await kubectl('patch', 'service', 'spacelift-mqtt', '--type=json', '-p', '[{"op":"replace","path":"/spec/ports/0/port","value":99}]')
  await kubectl('delete', 'ingress', 'server-v6')
  await waitForRollouts(installation)
}

const REPLICAS = /spec\.replicas +2 -> 3/
const DRIFT = [REPLICAS, /image +other:1 -> /, /env\.DEBUG\.value/, /ports\[99\/TCP\]/, /\+ networking\.k8s\.io\/Ingress\/server-v6/]

async function driftAndRepair(installation: LabInstallation, file = installation.file): Promise<string> {
  await drift(installation)
  const plan = await changedPlan(installation, file)
  for (const line of DRIFT) expectText(plan, line)
  await applyAsAnnounced(installation, file, plan)
  return `revision ${await releaseRevision(installation)}`
}

/** A plain `helm upgrade` ends in a conflict here. */
async function upgradeOverDrift(installation: LabInstallation): Promise<string> {
  await upgrade.begin(installation)
  await drift(installation)
  const plan = await changedPlan(installation, upgrade.file(installation))
  for (const line of [REPLICAS, /image\/backend/, /image\/launcher/, /secret\/spacelift\/spacelift-drain/]) expectText(plan, line)
  await applyAsAnnounced(installation, upgrade.file(installation), plan)
  await upgrade.expect(installation)
  return `restarts ${announcement(plan)}`
}

/** Applies: exactly the announced workloads restart, and the next plan is empty. */
async function applyAsAnnounced(installation: LabInstallation, file: string, plan: string): Promise<void> {
  const pods = await podsOf(installation)
  expectExit(await installation.apply('-f', file), 0)
  expectSame(await replacedWorkloads(installation, pods, { countDeleted: true }), announcedWorkloads(plan))
  await expectEmptyPlan(installation, file)
}

async function applyMethod(installation: LabInstallation): Promise<string> {
  const records = await helmRecords(installation)
  return (JSON.parse(records.at(-1) ?? '{}') as { apply_method?: string }).apply_method ?? ''
}
