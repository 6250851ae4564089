import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, LabInstallation } from '../support/installation.ts'
import { expectProblemWithoutPlan, firstLine, lastLine } from '../support/output.ts'
import type { Check, Report } from '../support/report.ts'
import { type Fault, faults } from './faults.ts'
import { otherWorlds } from './otherWorld.ts'
import { readOnly } from './readOnly.ts'

/** A person waits no longer than this for a server that says nothing. */
const PATIENCE_SECONDS = 10

export const outages: Check = {
  name: 'outages',
  about: 'each server refusing, silent, of the wrong CA, of the wrong password, without a right: said clearly, exit 1, never "to add"',
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    const empty = join(site.lab.dir, 'empty-state')
    await mkdir(empty)
    // Without a memory an answer that is taken for "there is none" would show as something to add.
    const ways = isQuick ? [['plan', '--state', empty]] : [['plan'], ['plan', '--state', empty], ['apply', '--auto-approve']]
    for (const fault of await faults(site)) await saysSo(report, site, fault, ways)
    await report.line('with all of them gone again the plan is empty', async () => lastLine(expectExit(await site.plan(), 0).stdout))
    await readOnly(report, site)
    await otherWorlds(report, site)
  },
}

async function saysSo(report: Report, site: LabInstallation, fault: Fault, ways: readonly (readonly string[])[]): Promise<void> {
  const options = await fault.begin()
  try {
    for (const way of ways)
      await report.line(
        `${fault.server}, ${fault.name}: ${way.map((word) => (word.startsWith('/') ? 'EMPTY' : word)).join(' ')}`,
        async () => {
          const ran = await site.groundcrew([...way, ...(options.flags ?? [])], { env: options.env ?? {} })
          expectProblemWithoutPlan(ran, fault.says)
          if (ran.seconds > PATIENCE_SECONDS) throw new Error(`answered only after ${ran.seconds.toFixed(1)} s\n${ran.stderr}`)
          return firstLine(ran.stderr)
        },
      )
  } finally {
    await fault.end?.()
  }
}
