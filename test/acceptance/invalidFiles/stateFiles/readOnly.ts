import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { expectProblem } from '../../support/output.ts'
import type { Report } from '../../support/report.ts'
import { Mounted } from './folder.ts'

/** Folders that cannot be written, or are not folders. */
export async function readOnlyFolders(report: Report, site: LabInstallation): Promise<void> {
  await using disk = await Mounted.of(site, '4m')
  if (disk === undefined) return report.skip('a read-only folder: nobody here may mount a file system')
  const drifted = () => site.mc('version', 'suspend', 'lab/spacelift-states')
  expectExit(await site.apply('--state', disk.state), 0)
  await disk.readOnly(true)
  await report.line('a state that may only be read is enough for a plan', async () => {
    expectText(expectExit(await site.plan('--state', disk.state), 0).stdout, 'No changes.')
    return undefined
  })
  await report.line('apply says so and changes nothing', async () => {
    await drifted()
    expectProblem(await site.apply('--state', disk.state), /cannot be written \(EROFS\)/)
    expectExit(await site.plan('--state', disk.state), 2)
    return undefined
  })
  await report.line('state rm says so too', async () => {
    expectProblem(await site.groundcrew(['state', 'rm', 'bucket/spacelift-states', '--state', disk.state]), /cannot be written \(EROFS\)/)
    return undefined
  })
  await disk.readOnly(false)
  await report.line('a history that is no folder: said by plan and apply, and nothing is changed', async () => {
    const history = join(disk.state, 'history')
    await rename(history, `${history}.kept`)
    await writeFile(history, '')
    expectProblem(await site.plan('--state', disk.state), /history .* cannot be read \(ENOTDIR\)/)
    expectProblem(await site.apply('--state', disk.state), /history .* cannot be read \(ENOTDIR\)/)
    return undefined
  })
}
