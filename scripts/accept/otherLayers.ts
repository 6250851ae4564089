import { idle } from './driftReport/idle.ts'
import { namespace } from './driftReport/namespace.ts'
import { reportedOnly } from './driftReport/reportedOnly.ts'
import type { Check } from './report.ts'
import { Site } from './site.ts'

export const otherLayers: Check = {
  name: 'otherLayers',
  about: "the other layers' drift that no plan shows: ways out for data, limits, foreign labels, a namespace that goes",
  async run(report, isQuick) {
    await using site = await Site.applied()
    await reportedOnly(report, site)
    await idle(report, site)
    if (!isQuick) await namespace(report, site)
  },
}
