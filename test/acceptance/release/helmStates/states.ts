import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { helm3 } from '../../../../scripts/lab/helm3.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import { revision } from '../../support/workloads.ts'
import { pendingStates } from './pending.ts'
import type { HelmState } from './state.ts'

const chart = (installation: LabInstallation): string => join(installation.folder, 'chart')

const upgrade = (installation: LabInstallation, ...flags: string[]): Promise<string> =>
  installation.helm('upgrade', 'spacelift', chart(installation), '--reuse-values', '--wait', ...flags)

export async function settledStates(installation: LabInstallation): Promise<readonly HelmState[]> {
  return [...plain, ...(await pendingStates(installation))]
}

const plain: readonly HelmState[] = [
  {
    name: 'rolled back by hand',
    make: rolledBack,
    shows: [/replicaCount +1 -> \(removed\).*drifted, helm at 20/, /Revision 4 -> 5\. Revision 4 is a rollback to revision 2\./],
    isSample: true,
  },
  { name: 'upgraded by hand to another version of the chart', make: otherVersion, shows: [/chart\.version +9\.9\.9 -> 0\.3\.0/] },
  {
    name: 'values changed by hand',
    make: (installation) => upgrade(installation, '--set', 'server.replicaCount=2'),
    shows: [/values\.server\.replicaCount +2 -> \(removed\)/, /spec\.replicas +2 -> 3/],
  },
  {
    name: 'upgraded by hand with Helm 3, which applies on the client',
    make: withHelm3,
    shows: [/values\.drain\.podLabels\.by +hand -> \(removed\)/],
  },
  {
    name: 'an upgrade that failed',
    make: failed,
    shows: [/status +failed -> deployed/, /Revision (\d+) failed: Upgrade "spacelift" failed/],
  },
  {
    name: 'the newest record deleted, so that a superseded one is the newest',
    make: superseded,
    shows: [/status +superseded -> deployed/, /is superseded, and what came after it is gone/],
  },
  {
    name: 'uninstalled with its history kept',
    make: (installation) => installation.helm('uninstall', 'spacelift', '--wait', '--keep-history'),
    shows: [/status +uninstalled -> deployed/, /It was uninstalled and its history kept/],
  },
  {
    name: 'uninstalled',
    make: (installation) => installation.helm('uninstall', 'spacelift', '--wait'),
    shows: [/\+ release\/spacelift\/spacelift .*it is gone/],
  },
]

async function rolledBack(installation: LabInstallation): Promise<void> {
  await upgrade(installation, '--set', 'drain.replicaCount=1')
  const target = await revision(installation)
  expectExit(await installation.apply(), 0)
  await installation.helm('rollback', 'spacelift', String(target), '--wait')
}

async function otherVersion(installation: LabInstallation): Promise<void> {
  const copy = join(installation.lab.dir, 'other-version')
  await cp(chart(installation), copy, { recursive: true })
  const text = await readFile(join(copy, 'Chart.yaml'), 'utf8')
  await writeFile(join(copy, 'Chart.yaml'), text.replace(/^version: .*$/m, 'version: 9.9.9'))
  await installation.helm('upgrade', 'spacelift', copy, '--reuse-values', '--wait')
}

async function withHelm3(installation: LabInstallation): Promise<void> {
  const command = [
    'upgrade',
    'spacelift',
    chart(installation),
    '-n',
    'spacelift',
    '--reuse-values',
    '--wait',
    '--set',
    'drain.podLabels.by=hand',
  ]
  await installation.client(await helm3(), ...command)
}

/** Its new pods do not become ready in time. */
async function failed(installation: LabInstallation): Promise<void> {
  await installation.lab.pods('slow')
  const ended = await upgrade(installation, '--timeout', '2s', '--set', 'drain.podLabels.round=failed').then(
    () => 'deployed',
    () => 'failed',
  )
  await installation.lab.pods('normal')
  if (ended !== 'failed') throw new Error('the upgrade should have failed')
}

async function superseded(installation: LabInstallation): Promise<void> {
  await upgrade(installation, '--set', 'drain.podLabels.round=superseded')
  await installation.kubectl('-n', 'spacelift', 'delete', 'secret', `sh.helm.release.v1.spacelift.v${await revision(installation)}`)
}
