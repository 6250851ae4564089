import { existsSync } from 'node:fs'
import { writeReleaseArchive } from '../../../scripts/lab/inputs/releaseArchive.ts'
import { archivedConfigDigest, bucketsMatchGuide, podsAreReady } from '../support/assertions.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import { applied, fileBeside, newestRevisionIsDeployed, type Scenario } from './scenario.ts'

const VERSION = 'v3.1.0'
const ARCHIVE = `self-hosted-${VERSION}.tar.gz`
/** Another size for other content. */
const IMAGE_BYTES = 1_500_000
const IMAGES = ['backend', 'launcher'] as const

export const upgrade: Scenario = {
  name: 'an upgrade',
  needsNewLab: false,
  records: 11,
  sample: [],
  async begin(installation) {
    if (!existsSync(fileBeside(installation, ARCHIVE))) await writeReleaseArchive(fileBeside(installation, ARCHIVE), VERSION, IMAGE_BYTES)
    await installation.withEdits('upgraded', (document) => {
      document.set('version', VERSION)
      document.setIn(['images', 'archive'], `./${ARCHIVE}`)
    })
    await applied(installation, installation.file)
    // An earlier upgrade left its tags. Its blobs stay: an upgrade may not depend on their absence.
    for (const name of IMAGES)
      await installation.client('skopeo', 'delete', `docker://${tagged(installation, name)}`).catch(() => undefined)
  },
  file: (installation) => fileBeside(installation, 'upgraded.yaml'),
  async expect(installation) {
    for (const name of IMAGES) await imageMatchesArchive(installation, name)
    await secretNamesTheVersion(installation)
    await releaseRunsTheVersion(installation)
    await podsAreReady(installation)
    await bucketsMatchGuide(installation)
  },
}

const tagged = (installation: LabInstallation, name: (typeof IMAGES)[number]): string =>
  installation.image(name).replace(/:[^:/]+$/, `:${VERSION}`)

async function imageMatchesArchive(installation: LabInstallation, name: (typeof IMAGES)[number]): Promise<void> {
  const manifest = JSON.parse(await installation.client('skopeo', 'inspect', '--raw', `docker://${tagged(installation, name)}`)) as Manifest
  expectSame(manifest.config.digest, await archivedConfigDigest(installation, name, VERSION))
}

type Manifest = { config: { digest: string } }

async function secretNamesTheVersion(installation: LabInstallation): Promise<void> {
  const path = 'jsonpath={.data.LAUNCHER_IMAGE_TAG}'
  const actual = await installation.kubectl('get', 'secret', 'spacelift-drain', '-n', 'spacelift', '-o', path)
  expectSame(Buffer.from(actual, 'base64').toString(), VERSION)
}

async function releaseRunsTheVersion(installation: LabInstallation): Promise<void> {
  await newestRevisionIsDeployed(installation, 'spacelift')
  const path = 'jsonpath={.items[*].spec.template.spec.containers[*].image}'
  const images = (await installation.kubectl('get', 'deployments', '-n', 'spacelift', '-o', path)).split(' ')
  expectSame([...new Set(images)], [tagged(installation, 'backend')])
}
