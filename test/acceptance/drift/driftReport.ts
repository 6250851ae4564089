import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { planted } from '../secretLeaks/plantedSecrets.ts'
import { expectExit, LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { classes } from './classes.ts'
import { cron } from './cron.ts'
import { rights } from './rights.ts'

export const driftReport: Check = {
  name: 'driftReport',
  about:
    'the report of drift as it is used: from cron, with read-only rights, none too many; no secret in any form; each drift with its class',
  async run(report, isQuick) {
    await using site = await settled()
    await cron(report, site)
    await planted(report, site)
    await rights(report, site, isQuick)
    await classes(report, site, isQuick)
  },
}

/** A site whose chart brings a ServiceAccount too, as the real one does. */
async function settled(): Promise<LabInstallation> {
  const site = await LabInstallation.open()
  const account = 'apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: spacelift }\n'
  await writeFile(join(dirname(site.file), 'chart', 'templates', 'serviceaccount.yaml'), account)
  expectExit(await site.apply(), 0)
  return site
}
