import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { podsAreReady, releaseHasGuideValues, releaseIsDeployed } from '../../support/assertions.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import { releaseRevision } from '../../support/workloads.ts'
import { DELETED, type Mutation, mutationsOf } from './mutation.ts'

const mutation = mutationsOf(async (installation) => {
  await releaseIsDeployed(installation)
  await releaseHasGuideValues(installation)
  await podsAreReady(installation)
})
const release = (name: string, planShows: RegExp, change: Mutation['change'], options: Parameters<typeof mutation>[4] = {}) =>
  mutation('release/spacelift/spacelift', name, planShows, change, options)

const chart = (installation: LabInstallation): string => join(installation.folder, 'chart')

const upgrade =
  (...flags: string[]) =>
  (installation: LabInstallation) =>
    installation.helm('upgrade', 'spacelift', chart(installation), '--reuse-values', '--wait', ...flags)

export const releaseMutations: readonly Mutation[] = [
  release('a value added by helm upgrade --set', /replicaCount/, upgrade('--set', 'server.replicaCount=2'), { isSample: true }),
  release('the host name changed', /serverHostname/, upgrade('--set', 'shared.serverHostname=other.example.com')),
  release('the image changed', /image/, upgrade('--set', 'shared.image=registry.example.com/other:v1')),
  release('the shared secret changed', /shared\.secretRef/, upgrade('--set', 'shared.secretRef=other')),
  release("the server's secret changed", /server\.secretRef/, upgrade('--set', 'server.secretRef=other')),
  release("the drain's secret changed", /drain\.secretRef/, upgrade('--set', 'drain.secretRef=other')),
  ...['server', 'drain', 'scheduler'].flatMap((part) => [
    release(`an annotation added to the pods of the ${part}`, /by-hand/, upgrade('--set', `${part}.podAnnotations.by-hand=yes`)),
    release(`all of groundcrew's annotations of the ${part} changed`, /podAnnotations/, (installation) =>
      changeAllAnnotations(installation, part),
    ),
  ]),
  release('another version of the chart', /version/, (installation) => upgradeToOtherChart(installation, 'version', '9.9.9')),
  release('another chart', /name/, (installation) => upgradeToOtherChart(installation, 'name', 'other-chart')),
  release('rolled back to an older revision', /drain\.replicaCount/, rollBack),
  release('an upgrade that failed', /status|failed/, failUpgrade),
  release('uninstalled', DELETED, (installation) => installation.helm('uninstall', 'spacelift', '--wait')),
  release('uninstalled with its history kept', /status|deleted outside groundcrew|uninstalled/, (installation) =>
    installation.helm('uninstall', 'spacelift', '--wait', '--keep-history'),
  ),
  release('an upgrade whose helm process was killed', /status|pending/, killUpgrade, {
    flags: (installation) => ['-f', shortTimeoutFile(installation)],
  }),
]

async function changeAllAnnotations(installation: LabInstallation, part: string): Promise<void> {
  const text = await installation.helm('get', 'values', 'spacelift', '-o', 'json')
  const values = JSON.parse(text) as Record<string, { podAnnotations?: object }>
  const names = Object.keys(values[part]?.podAnnotations ?? {})
  if (names.length === 0) throw new Error(`the pods of ${part} have no annotation`)
  const podAnnotations = Object.fromEntries(names.map((name) => [name, 'by hand']))
  const file = await installation.write('annotations.json', JSON.stringify({ [part]: { podAnnotations } }))
  await upgrade('-f', file)(installation)
}

async function upgradeToOtherChart(installation: LabInstallation, key: string, value: string): Promise<void> {
  const copy = join(installation.lab.dir, `other-chart-${key}`)
  await cp(chart(installation), copy, { recursive: true })
  const text = await readFile(join(copy, 'Chart.yaml'), 'utf8')
  await writeFile(join(copy, 'Chart.yaml'), text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`))
  // The selector of a Deployment contains the chart's name and is immutable: an upgrade to another chart overrides it.
  await installation.helm('upgrade', 'spacelift', copy, '--reuse-values', '--wait', '--set', 'nameOverride=spacelift-self-hosted')
}

async function rollBack(installation: LabInstallation): Promise<void> {
  await upgrade('--set', 'drain.replicaCount=1')(installation)
  const target = await releaseRevision(installation)
  await upgrade('--set', 'drain.replicaCount=2')(installation)
  await installation.helm('rollback', 'spacelift', String(target), '--wait')
}

/** New pods do not become ready in time. */
async function failUpgrade(installation: LabInstallation): Promise<void> {
  await installation.lab.pods('slow')
  const attempt = upgrade('--timeout', '2s', '--set', 'drain.podLabels.round=failed')(installation)
  const hasFailed = await attempt.then(
    () => false,
    () => true,
  )
  if (!hasFailed) throw new Error('the upgrade should have failed')
  await installation.lab.pods('normal')
}

const shortTimeoutFile = (installation: LabInstallation): string => join(installation.folder, 'short-timeout.yaml')

/**
 * Leaves the release in pending-upgrade, in which helm refuses every upgrade. Whether the helm process of another host is
 * still running cannot be known, so groundcrew reports until when it waits: past the timeout of that process.
 */
async function killUpgrade(installation: LabInstallation): Promise<void> {
  await installation.withEdits('short-timeout', (document) => document.setIn(['release', 'timeout'], '5s'))
  await installation.lab.pods('slow')
  const script =
    'helm --namespace spacelift upgrade spacelift "$0" --reuse-values --wait --set drain.podLabels.round=killed & sleep 3; kill -KILL $!; wait'
  await installation.client('sh', '-c', script, chart(installation)).catch(() => undefined)
  await installation.lab.pods('normal')
  const { info } = JSON.parse(await installation.helm('status', 'spacelift', '-o', 'json')) as { info: { status: string } }
  if (info.status !== 'pending-upgrade') throw new Error(`helm reports ${info.status}: the mutation had no effect`)
  const { stderr } = expectExit(await installation.plan('-f', shortTimeoutFile(installation)), 1)
  const time = /plan again after (\S+Z)/.exec(stderr)?.[1]
  if (time === undefined) throw new Error(`does not report when the release can be recovered:\n${stderr}`)
  await sleep(Math.max(0, Date.parse(time) - Date.now()) + 1000)
}
