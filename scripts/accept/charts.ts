import { dataAtRisk } from './charts/dataAtRisk.ts'
import { otherContent } from './charts/otherContent.ts'
import { unpinnedInRegistry, unpinnedInRepository } from './charts/unpinned.ts'
import type { Check } from './report.ts'
import { Site } from './site.ts'

export const charts: Check = {
  name: 'charts',
  about: 'a chart whose version nobody named, one with other content under its version, and one that drops what holds data',
  async run(report, isQuick) {
    await using site = await Site.open()
    await unpinnedInRepository(report, site)
    if (!isQuick) await unpinnedInRegistry(report, site)
    await otherContent(report, site, isQuick)
    if (!isQuick) await dataAtRisk(report, site)
  },
}
