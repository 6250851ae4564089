import { besideAProbe, counted } from '../../../scripts/bench/noopPlan.ts'
import { requestsOfAPlan } from '../../../scripts/bench/probe/bareProbe.ts'
import { makeBundle } from '../../../scripts/bench/programs.ts'
import { asLines } from '../../../scripts/bench/report.ts'
import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'

export const figures: Check = {
  name: 'figures',
  about: 'a no-op plan from source beside a bare process that makes the same requests',
  async run(report, isQuick) {
    await makeBundle()
    await using site = await LabInstallation.applied()
    const requests = await requestsOfAPlan(site)
    await report.line('a no-op plan was measured beside a bare probe', async () => {
      const rows = await besideAProbe(site, requests, isQuick ? 5 : 21)
      for (const line of asLines(rows)) report.note(line)
      return counted(requests)
    })
  },
}
