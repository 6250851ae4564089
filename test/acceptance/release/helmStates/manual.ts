import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { helm3 } from '../../../../scripts/lab/helm3.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import { releaseRevision } from '../../support/workloads.ts'
import type { HelmState } from './helmState.ts'

/** What operators do with helm and kubectl. */
export const manualStates: readonly HelmState[] = [
  {
    name: 'rolled back by hand',
    create: rollBack,
    plan: [/replicaCount +1 -> \(removed\).*drifted, helm at 20/, /Revision 4 -> 5\. Revision 4 is a rollback to revision 2\./],
    isQuick: true,
  },
  { name: 'upgraded by hand to another version of the chart', create: otherVersion, plan: [/chart\.version +9\.9\.9 -> 0\.3\.0/] },
  {
    name: 'values changed by hand',
    create: (installation) => upgrade(installation, '--set', 'server.replicaCount=2'),
    plan: [/values\.server\.replicaCount +2 -> \(removed\)/, /spec\.replicas +2 -> 3/],
  },
  {
    name: 'upgraded by hand with Helm 3, which applies on the client',
    create: upgradeWithHelm3,
    plan: [/values\.drain\.podLabels\.by +hand -> \(removed\)/],
  },
  {
    name: 'a failed upgrade',
    create: failedUpgrade,
    plan: [/status +failed -> deployed/, /Revision (\d+) failed: Upgrade "spacelift" failed/],
  },
  {
    name: 'the newest record deleted, so that the newest is a superseded one',
    create: deletedRecord,
    plan: [/status +superseded -> deployed/, /is superseded, and the revision after it is missing/],
  },
  {
    name: 'uninstalled with its history kept',
    create: (installation) => installation.helm('uninstall', 'spacelift', '--wait', '--keep-history'),
    plan: [/status +uninstalled -> deployed/, /It was uninstalled with its history kept/],
  },
  {
    name: 'uninstalled',
    create: (installation) => installation.helm('uninstall', 'spacelift', '--wait'),
    plan: [/\+ release\/spacelift\/spacelift .*deleted outside groundcrew/],
  },
]

const chart = (installation: LabInstallation): string => join(installation.folder, 'chart')

function upgrade(installation: LabInstallation, ...flags: string[]): Promise<string> {
  return installation.helm('upgrade', 'spacelift', chart(installation), '--reuse-values', '--wait', ...flags)
}

async function rollBack(installation: LabInstallation): Promise<void> {
  await upgrade(installation, '--set', 'drain.replicaCount=1')
  const target = await releaseRevision(installation)
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

async function upgradeWithHelm3(installation: LabInstallation): Promise<void> {
  const flags = ['-n', 'spacelift', '--reuse-values', '--wait', '--set', 'drain.podLabels.by=hand']
  await installation.client(await helm3(), 'upgrade', 'spacelift', chart(installation), ...flags)
}

/** The new pods do not become ready in time. */
async function failedUpgrade(installation: LabInstallation): Promise<void> {
  await installation.lab.pods('slow')
  const status = await upgrade(installation, '--timeout', '2s', '--set', 'drain.podLabels.round=failed').then(
    () => 'deployed',
    () => 'failed',
  )
  await installation.lab.pods('normal')
  if (status !== 'failed') throw new Error('the upgrade should have failed')
}

async function deletedRecord(installation: LabInstallation): Promise<void> {
  await upgrade(installation, '--set', 'drain.podLabels.round=superseded')
  await installation.kubectl('-n', 'spacelift', 'delete', 'secret', `sh.helm.release.v1.spacelift.v${await releaseRevision(installation)}`)
}
