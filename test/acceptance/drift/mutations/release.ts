import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { podsAreReady, releaseHasGuideValues, releaseIsDeployed } from '../../support/assertions.ts'
import { expectExit, type LabInstallation } from '../../support/installation.ts'
import type { Mutation } from './mutation.ts'

const on = (name: string, shows: RegExp, change: (site: LabInstallation) => Promise<unknown>, more: Partial<Mutation> = {}): Mutation => ({
  address: 'release/spacelift/spacelift',
  name,
  shows,
  change,
  repaired,
  ...more,
})

async function repaired(site: LabInstallation): Promise<void> {
  await releaseIsDeployed(site)
  await releaseHasGuideValues(site)
  await podsAreReady(site)
}

const chart = (site: LabInstallation): string => join(site.folder, 'chart')

const upgrade =
  (...flags: string[]) =>
  (site: LabInstallation) =>
    site.helm('upgrade', 'spacelift', chart(site), '--reuse-values', '--wait', ...flags)

export async function releaseMutations(site: LabInstallation): Promise<Mutation[]> {
  const impatient = await site.withEdits('impatient', (it) => it.setIn(['release', 'timeout'], '5s'))
  return [
    ...plain,
    on('an upgrade whose helm was killed', /status|pending/, (it) => killedUpgrade(it, impatient), { flags: ['-f', impatient] }),
  ]
}

const plain: readonly Mutation[] = [
  on('a value added by helm upgrade --set', /replicaCount/, upgrade('--set', 'server.replicaCount=2'), { isSample: true }),
  on('the host name changed', /serverHostname/, upgrade('--set', 'shared.serverHostname=other.example.com')),
  on('the image changed', /image/, upgrade('--set', 'shared.image=registry.example.com/other:v1')),
  on('the shared secret changed', /shared\.secretRef/, upgrade('--set', 'shared.secretRef=other')),
  on("the server's secret changed", /server\.secretRef/, upgrade('--set', 'server.secretRef=other')),
  on("the drain's secret changed", /drain\.secretRef/, upgrade('--set', 'drain.secretRef=other')),
  ...['server', 'drain', 'scheduler'].flatMap((part) => [
    on(`an annotation added to the pods of the ${part}`, /by-hand/, upgrade('--set', `${part}.podAnnotations.by-hand=yes`)),
    on(`all of groundcrew's annotations of the ${part} changed`, /podAnnotations/, (site) => allAnnotations(site, part)),
  ]),
  on('another version of the chart', /version/, (site) => otherChart(site, 'version', '9.9.9')),
  on('another chart', /name/, (site) => otherChart(site, 'name', 'somebody-elses'), { isSample: true }),
  on('rolled back to an older revision', /drain\.replicaCount/, rolledBack, { isSample: true }),
  on('an upgrade that failed', /status|failed/, failedUpgrade),
  on('uninstalled', /gone/, (site) => site.helm('uninstall', 'spacelift', '--wait')),
  on('uninstalled with its history kept', /status|gone|uninstalled/, (site) =>
    site.helm('uninstall', 'spacelift', '--wait', '--keep-history'),
  ),
]

async function allAnnotations(site: LabInstallation, part: string): Promise<void> {
  const values = JSON.parse(await site.helm('get', 'values', 'spacelift', '-o', 'json')) as Record<string, { podAnnotations?: object }>
  const names = Object.keys(values[part]?.podAnnotations ?? {})
  if (names.length === 0) throw new Error(`the pods of ${part} carry no annotation`)
  const file = await site.write(
    'annotations.json',
    JSON.stringify({ [part]: { podAnnotations: Object.fromEntries(names.map((name) => [name, 'by hand'])) } }),
  )
  await upgrade('-f', file)(site)
}

async function otherChart(site: LabInstallation, key: string, value: string): Promise<void> {
  const copy = join(site.lab.dir, `other-chart-${key}`)
  await cp(chart(site), copy, { recursive: true })
  const text = await readFile(join(copy, 'Chart.yaml'), 'utf8')
  await writeFile(join(copy, 'Chart.yaml'), text.replace(new RegExp(`^${key}: .*$`, 'm'), `${key}: ${value}`))
  // A Deployment's selector holds the chart's name and cannot be changed: whoever changes the chart has to override it.
  await site.helm('upgrade', 'spacelift', copy, '--reuse-values', '--wait', '--set', 'nameOverride=spacelift-self-hosted')
}

async function rolledBack(site: LabInstallation): Promise<void> {
  await upgrade('--set', 'drain.replicaCount=1')(site)
  const { version } = JSON.parse(await site.helm('status', 'spacelift', '-o', 'json')) as { version: number }
  await upgrade('--set', 'drain.replicaCount=2')(site)
  await site.helm('rollback', 'spacelift', String(version), '--wait')
}

/** New pods that do not become ready in time. */
async function failedUpgrade(site: LabInstallation): Promise<void> {
  await site.lab.pods('slow')
  await upgrade(
    '--timeout',
    '2s',
    '--set',
    'drain.podLabels.round=failed',
  )(site).then(
    () => {
      throw new Error('the upgrade should have failed')
    },
    () => undefined,
  )
  await site.lab.pods('normal')
}

/**
 * The state that is hardest on helm: it refuses every upgrade after it. Nobody can tell a dead helm of another host from
 * one that works, so groundcrew waits until it must have ended, and says so meanwhile.
 */
async function killedUpgrade(site: LabInstallation, file: string): Promise<void> {
  await site.lab.pods('slow')
  const script =
    'helm --namespace spacelift upgrade spacelift "$0" --reuse-values --wait --set drain.podLabels.round=killed & sleep 3; kill -KILL $!; wait'
  await site.client('sh', '-c', script, chart(site)).catch(() => undefined)
  await site.lab.pods('normal')
  const { info } = JSON.parse(await site.helm('status', 'spacelift', '-o', 'json')) as { info: { status: string } }
  if (info.status !== 'pending-upgrade') throw new Error(`helm says ${info.status}, the mutation did not work`)
  const { stderr } = expectExit(await site.plan('-f', file), 1)
  const until = /plan again after (\S+Z)/.exec(stderr)?.[1]
  if (until === undefined) throw new Error(`says nothing of when it may be recovered:\n${stderr}`)
  await sleep(Math.max(0, Date.parse(until) - Date.now()) + 1000)
}
