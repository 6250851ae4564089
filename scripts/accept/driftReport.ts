import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { rights } from './driftReport/rights.ts'
import type { Check } from './report.ts'
import { expectExit, Site } from './site.ts'

export const driftReport: Check = {
  name: 'driftReport',
  about: 'the report of drift as it is used: with read-only rights only, none too many',
  async run(report, isQuick) {
    await using site = await settled()
    await rights(report, site, isQuick)
  },
}

/** A site whose chart brings a ServiceAccount too, as the real one does. */
async function settled(): Promise<Site> {
  const site = await Site.open()
  const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: spacelift }\n'
  await writeFile(join(dirname(site.file), 'chart', 'templates', 'serviceaccount.yaml'), account)
  expectExit(await site.apply(), 0)
  return site
}
