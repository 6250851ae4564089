import { everythingMatchesGuide } from '../support/assertions.ts'
import type { LabInstallation } from '../support/installation.ts'
import { oneIsDeployed, type Scenario } from './scenario.ts'

export const firstApply: Scenario = {
  name: 'a first apply',
  needsNewLab: true,
  sample: ['before:20'],
  begin: async () => undefined,
  file: (site) => site.file,
  async expect(site) {
    await everythingMatchesGuide(site)
    await oneIsDeployed(site, 'spacelift')
    await allIsOurs(site)
  },
}

/** Whoever died in between: all of it was made by groundcrew, and the state says so. */
async function allIsOurs(site: LabInstallation): Promise<void> {
  const { resources } = await site.readState()
  const others = Object.entries(resources).filter(([, { provenance }]) => provenance !== 'created')
  if (others.length > 0) throw new Error(`taken for somebody else's: ${others.map(([address]) => address).join(', ')}`)
}
