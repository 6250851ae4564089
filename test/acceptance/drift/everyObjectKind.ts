import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { fileWithEveryKind } from './objects/everyKind.ts'
import { everyKindDrifts } from './objects/everyKindDrifts.ts'
import { foundAndRepaired, noSecretIn } from './objects/foundAndRepaired.ts'

export const kinds: Check = {
  name: 'kinds',
  about:
    'a chart with nearly every kind and field: what the API server makes of it is no difference, what people do is, no secret of it shows',
  async run(report, isQuick) {
    await using site = await LabInstallation.open()
    const file = await fileWithEveryKind(site)
    const isFine = await report.line('what the API server makes of the objects is no difference', async () => {
      const plan = expectExit(await site.plan('-f', file), 2)
      const apply = expectExit(await site.apply('-f', file), 0)
      await noSecretIn(site, plan.stdout, apply.stdout)
      expectText(expectExit(await site.plan('-f', file), 0).stdout, 'No changes.')
      return /objects +(\d+ objects)/.exec(plan.stdout)?.[1]
    })
    if (!isFine) return
    const drifts = everyKindDrifts.filter(({ isSample }) => !isQuick || isSample)
    for (const drift of drifts) await foundAndRepaired(report, site, file, drift)
  },
}
