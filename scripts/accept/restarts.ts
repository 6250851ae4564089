import type { Check } from './report.ts'
import { declaredChanges } from './restarts/declared.ts'
import { staleReaders } from './restarts/stale.ts'
import { Site } from './site.ts'

export const restarts: Check = {
  name: 'restarts',
  about: 'exactly those pods restart whose inputs changed or who hold what is no longer right, as the plan, its JSON and drift say',
  async run(report, isQuick) {
    await using site = await Site.applied()
    await staleReaders(report, site, isQuick)
    await declaredChanges(report, site, isQuick)
  },
}
