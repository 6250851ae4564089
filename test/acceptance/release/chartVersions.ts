import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { dataAtRisk } from './chartVersions/dataAtRisk.ts'
import { otherContent } from './chartVersions/otherContent.ts'
import { unpinnedInRegistry, unpinnedInRepository } from './chartVersions/unpinned.ts'

export const charts: Check = {
  name: 'charts',
  about: 'a chart whose version nobody named, one with other content under its version, and one that drops what holds data',
  async run(report, isQuick) {
    await using site = await LabInstallation.open()
    await unpinnedInRepository(report, site)
    if (!isQuick) await unpinnedInRegistry(report, site)
    await otherContent(report, site, isQuick)
    if (!isQuick) await dataAtRisk(report, site)
  },
}
