import { bucketsMatchGuide, podsAreReady, secretsMatchGuide } from '../support/assertions.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import { beside, oneIsDeployed, type Scenario, settled } from './scenario.ts'

const RENAMED = 'crew'

/** Two buckets that the file drops, and a release that it calls otherwise: the old one has to go before the new one comes. */
export const removal: Scenario = {
  name: 'a removal of two buckets and a release',
  needsNewLab: false,
  sample: ['before:5', 'after:9'],
  async begin(site) {
    const full = await site.withEdits('full', (it) =>
      it.setIn(['objectStorage', 'extraBuckets'], { 'acme-one': {}, 'acme-two': { expireAfterDays: 3 } }),
    )
    await site.withEdits('reduced', (it) => it.setIn(['release', 'name'], RENAMED))
    await settled(site, full)
    expectSame(await extraBuckets(site), ['acme-one', 'acme-two'])
  },
  file: (site) => beside(site, 'reduced.yaml'),
  async expect(site) {
    expectSame(await extraBuckets(site), [])
    const releases = JSON.parse(await site.helm('list', '--all-namespaces', '-o', 'json')) as { name: string }[]
    expectSame(
      releases.map(({ name }) => name),
      [RENAMED],
    )
    await oneIsDeployed(site, RENAMED)
    await podsAreReady(site)
    await bucketsMatchGuide(site)
    await secretsMatchGuide(site)
    const { resources } = await site.readState()
    expectSame(
      Object.keys(resources).filter((address) => /acme|release/.test(address)),
      [`release/spacelift/${RENAMED}`],
    )
  },
}

async function extraBuckets(site: LabInstallation): Promise<string[]> {
  const lines = (await site.mc('ls', 'lab')).split('\n').filter(Boolean)
  return lines.map((line) => (JSON.parse(line) as { key: string }).key.replace(/\/$/, '')).filter((name) => name.startsWith('acme-'))
}
