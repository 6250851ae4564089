import { existsSync } from 'node:fs'
import { writeReleaseArchive } from '../../../scripts/lab/inputs/releaseArchive.ts'
import { archivedConfigDigest, bucketsMatchGuide, podsAreReady } from '../support/assertions.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import { beside, oneIsDeployed, type Scenario, settled } from './scenario.ts'

const VERSION = 'v3.1.0'
const ARCHIVE = `self-hosted-${VERSION}.tar.gz`
/** Another size is other content. */
const IMAGE_BYTES = 1_500_000
const IMAGES = ['backend', 'launcher'] as const

export const upgrade: Scenario = {
  name: 'an upgrade',
  needsNewLab: false,
  sample: ['after:9'],
  async begin(site) {
    if (!existsSync(beside(site, ARCHIVE))) await writeReleaseArchive(beside(site, ARCHIVE), VERSION, IMAGE_BYTES)
    await site.withEdits('upgraded', (it) => {
      it.set('version', VERSION)
      it.setIn(['images', 'archive'], `./${ARCHIVE}`)
    })
    await settled(site, site.file)
    // An upgrade before this one left its tags; blobs that are there already are no reason to do less.
    for (const name of IMAGES) await site.client('skopeo', 'delete', `docker://${tagged(site, name)}`).catch(() => undefined)
  },
  file: (site) => beside(site, 'upgraded.yaml'),
  async expect(site) {
    for (const name of IMAGES) await imageIsTheArchives(site, name)
    await secretNamesTheVersion(site)
    await releaseRunsTheVersion(site)
    await podsAreReady(site)
    await bucketsMatchGuide(site)
  },
}

const tagged = (site: LabInstallation, name: (typeof IMAGES)[number]): string => site.image(name).replace(/:[^:/]+$/, `:${VERSION}`)

async function imageIsTheArchives(site: LabInstallation, name: (typeof IMAGES)[number]): Promise<void> {
  const manifest = JSON.parse(await site.client('skopeo', 'inspect', '--raw', `docker://${tagged(site, name)}`)) as Manifest
  expectSame(manifest.config.digest, await archivedConfigDigest(site, name, VERSION))
}

type Manifest = { config: { digest: string } }

async function secretNamesTheVersion(site: LabInstallation): Promise<void> {
  const path = 'jsonpath={.data.LAUNCHER_IMAGE_TAG}'
  const found = await site.kubectl('get', 'secret', 'spacelift-drain', '-n', 'spacelift', '-o', path)
  expectSame(Buffer.from(found, 'base64').toString(), VERSION)
}

async function releaseRunsTheVersion(site: LabInstallation): Promise<void> {
  await oneIsDeployed(site, 'spacelift')
  const path = 'jsonpath={.items[*].spec.template.spec.containers[*].image}'
  const images = (await site.kubectl('get', 'deployments', '-n', 'spacelift', '-o', path)).split(' ')
  expectSame([...new Set(images)], [tagged(site, 'backend')])
}
