import { everythingMatchesGuide } from '../support/assertions.ts'
import type { LabInstallation } from '../support/installation.ts'
import { newestRevisionIsDeployed, type Scenario } from './scenario.ts'

export const firstApply: Scenario = {
  name: 'a first apply',
  needsNewLab: true,
  sample: ['before:20'],
  begin: async () => undefined,
  file: (installation) => installation.file,
  async expect(installation) {
    await everythingMatchesGuide(installation)
    await newestRevisionIsDeployed(installation, 'spacelift')
    await allIsOurs(installation)
  },
}

/** Whoever died in between: all of it was made by groundcrew, and the state says so. */
async function allIsOurs(installation: LabInstallation): Promise<void> {
  const { resources } = await installation.readState()
  const others = Object.entries(resources).filter(([, { provenance }]) => provenance !== 'created')
  if (others.length > 0) throw new Error(`taken for somebody else's: ${others.map(([address]) => address).join(', ')}`)
}
