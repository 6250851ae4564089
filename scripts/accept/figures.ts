import { besideAProbe, counted } from '../bench/noopPlan.ts'
import { requestsOfAPlan } from '../bench/probe/bareProbe.ts'
import { makeBundle } from '../bench/programs.ts'
import { asLines } from '../bench/report.ts'
import type { Check } from './report.ts'
import { Site } from './site.ts'

export const figures: Check = {
  name: 'figures',
  about: 'a no-op plan from source beside a bare process that makes the same requests',
  async run(report, isQuick) {
    await makeBundle()
    await using site = await Site.applied()
    const requests = await requestsOfAPlan(site)
    await report.line('a no-op plan was measured beside a bare probe', async () => {
      const rows = await besideAProbe(site, requests, isQuick ? 5 : 21)
      for (const line of asLines(rows)) report.note(line)
      return counted(requests)
    })
  },
}
