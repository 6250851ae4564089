import { bucketsMatchGuide, podsAreReady, secretsMatchGuide } from '../support/assertions.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import { applied, fileBeside, newestRevisionIsDeployed, type Scenario } from './scenario.ts'

const RENAMED = 'crew'

/** Two buckets that the file no longer declares, and a renamed release: the old one has to be deleted before the new one is created. */
export const removal: Scenario = {
  name: 'a removal of two buckets and a release',
  needsNewLab: false,
  records: 12,
  sample: ['after:9'],
  async begin(installation) {
    const full = await installation.withEdits('full', (document) =>
      document.setIn(['objectStorage', 'extraBuckets'], { 'acme-one': {}, 'acme-two': { expireAfterDays: 3 } }),
    )
    await installation.withEdits('reduced', (document) => document.setIn(['release', 'name'], RENAMED))
    await applied(installation, full)
    expectSame(await extraBuckets(installation), ['acme-one', 'acme-two'])
  },
  file: (installation) => fileBeside(installation, 'reduced.yaml'),
  async expect(installation) {
    expectSame(await extraBuckets(installation), [])
    const releases = JSON.parse(await installation.helm('list', '--all-namespaces', '-o', 'json')) as { name: string }[]
    expectSame(
      releases.map(({ name }) => name),
      [RENAMED],
    )
    await newestRevisionIsDeployed(installation, RENAMED)
    await podsAreReady(installation)
    await bucketsMatchGuide(installation)
    await secretsMatchGuide(installation)
    const { resources } = await installation.readState()
    expectSame(
      Object.keys(resources).filter((address) => /acme|release/.test(address)),
      [`release/spacelift/${RENAMED}`],
    )
  },
}

async function extraBuckets(installation: LabInstallation): Promise<string[]> {
  const lines = (await installation.mc('ls', 'lab')).split('\n').filter(Boolean)
  return lines.map((line) => (JSON.parse(line) as { key: string }).key.replace(/\/$/, '')).filter((name) => name.startsWith('acme-'))
}
