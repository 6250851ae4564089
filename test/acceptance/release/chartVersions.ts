import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { dataAtRisk } from './chartVersions/dataAtRisk.ts'
import { otherContent } from './chartVersions/otherContent.ts'
import { unpinnedInRegistry, unpinnedInRepository } from './chartVersions/unpinned.ts'

export const charts: Check = {
  name: 'charts',
  about: 'a chart whose version nobody named, one with other content under its version, and one that drops what holds data',
  async run(report, isQuick) {
    await using installation = await LabInstallation.open()
    await unpinnedInRepository(report, installation)
    if (!isQuick) await unpinnedInRegistry(report, installation)
    await otherContent(report, installation, isQuick)
    if (!isQuick) await dataAtRisk(report, installation)
  },
}
