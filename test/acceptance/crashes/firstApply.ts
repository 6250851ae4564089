import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectSame, type LabInstallation } from '../support/installation.ts'
import { newestRevisionIsDeployed, type Scenario } from './scenario.ts'

export const firstApply: Scenario = {
  name: 'a first apply',
  needsNewLab: true,
  // begin, step and done of 18 resources, helm's process, end
  records: 39,
  sample: ['before:20'],
  begin: async () => undefined,
  file: (installation) => installation.file,
  async expect(installation) {
    await everythingMatchesGuide(installation)
    await newestRevisionIsDeployed(installation, 'spacelift')
    await everythingIsRecordedAsCreated(installation)
  },
}

/** The state names groundcrew as the creator of every resource, whichever run created it. */
async function everythingIsRecordedAsCreated(installation: LabInstallation): Promise<void> {
  const { resources } = await installation.readState()
  const others = Object.entries(resources).filter(([, { provenance }]) => provenance !== 'created')
  expectSame(
    others.map(([address]) => address),
    [],
  )
}
