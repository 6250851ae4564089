import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { idle } from './idle.ts'
import { namespace } from './namespace.ts'
import { reportedOnly } from './reportedOnly.ts'

export const otherLayers: Check = {
  name: 'otherLayers',
  about: "the other layers' drift that no plan shows: ways out for data, limits, foreign labels, a namespace that goes",
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    await reportedOnly(report, site)
    await idle(report, site)
    if (!isQuick) await namespace(report, site)
  },
}
