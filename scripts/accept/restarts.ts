import type { Check, Report } from './report.ts'
import { declaredChanges } from './restarts/declared.ts'
import { staleReaders } from './restarts/stale.ts'
import { notTrackedYet } from './restarts/tracking.ts'
import { watchedReaders } from './restarts/watched.ts'
import { Site } from './site.ts'

export const restarts: Check = {
  name: 'restarts',
  about: 'exactly those pods restart whose inputs changed or who hold what is no longer right, as the plan, its JSON and drift say',
  async run(report, isQuick) {
    await onOneSite(report, isQuick)
    if (!isQuick) await notTrackedYet(report)
  },
}

async function onOneSite(report: Report, isQuick: boolean): Promise<void> {
  await using site = await Site.applied()
  await staleReaders(report, site, isQuick)
  if (!isQuick) await watchedReaders(report, site)
  await declaredChanges(report, site, isQuick)
}
