import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { fileWithHookAndCrd } from './objects/chart.ts'
import { deploymentDrifts } from './objects/deployments.ts'
import { foundAndRepaired } from './objects/foundAndRepaired.ts'
import { otherDrifts } from './objects/others.ts'
import { settled } from './objects/settled.ts'

export const objects: Check = {
  name: 'objects',
  about: 'every live object of the release changed by hand: found, attributed, shown, repaired, restarts and revisions as announced',
  async run(report, isQuick) {
    await using site = await LabInstallation.open()
    const file = await fileWithHookAndCrd(site)
    await report.line('a first plan counts the objects', async () => {
      const plan = expectExit(await site.plan('-f', file), 2)
      expectText(plan.stdout, /objects +10 objects/)
      return `${plan.stdout.split('\n').length} lines`
    })
    expectExit(await site.apply('-f', file), 0)
    const drifts = [...deploymentDrifts, ...otherDrifts].filter(({ isSample }) => !isQuick || isSample)
    for (const drift of drifts) await foundAndRepaired(report, site, file, drift)
    await report.line("at the end everything is the guide's again", async () => {
      await everythingMatchesGuide(site)
      return `${drifts.length} drifts`
    })
    await settled(report, site, file, isQuick ? 2 : 50)
  },
}
