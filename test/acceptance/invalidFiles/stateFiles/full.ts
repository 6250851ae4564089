import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../../scripts/lab/index.ts'
import { everythingMatchesGuide } from '../../support/assertions.ts'
import { expectExit, expectText, type LabInstallation } from '../../support/installation.ts'
import { expectProblem } from '../../support/output.ts'
import type { Report } from '../../support/report.ts'
import { Mounted } from './folder.ts'

const KIB = 1024
/** Which is held before the history is begun: its Lease, and the namespace that it lives in. */
const OF_THE_LOCK = /\/leases(\/|\?|$)|\/api\/v1\/namespaces\?/

/** The state's disk fills up: before anything is written nothing is changed, later what was done stays known. */
export async function fullDisk(report: Report, site: LabInstallation): Promise<void> {
  await using disk = await Mounted.of(site, '1m')
  if (disk === undefined) return report.skip('a full disk: nobody here may mount a file system')
  const apply = () => site.apply('--state', disk.state)
  await report.line('a disk that is full from the beginning: said, and nothing is changed anywhere', async () => {
    await disk.leave(0)
    const stop = await site.lab.record()
    expectProblem(await apply(), /cannot be written \(ENOSPC\)/)
    const { kubernetes, minio, registry } = await stop()
    const written = writes([...kubernetes, ...minio, ...registry]).filter(({ path }) => !OF_THE_LOCK.test(path))
    if (written.length > 0) throw new Error(`written: ${JSON.stringify(written[0])}`)
    if ((await site.kubectl('get', 'namespace', 'spacelift', '--ignore-not-found')) !== '') throw new Error('the namespace was made')
    return undefined
  })
  await report.line('a disk that fills up in the middle: said, and what is there can be read', async () => {
    await disk.leave(28 * KIB)
    const ran = await apply()
    expectProblem(ran, /cannot be written \(ENOSPC\)/)
    const state = await readable(join(disk.state, 'installation.json'))
    return `${Object.keys(state.resources).length} resources remembered, ${ran.stdout.match(/ created after/gi)?.length ?? 0} created`
  })
  await report.line('with room again one apply converges', async () => {
    await disk.makeRoom()
    expectExit(await apply(), 0)
    await everythingMatchesGuide(site)
    expectText(expectExit(await site.plan('--state', disk.state), 0).stdout, 'No changes.')
    const { resources } = await readable(join(disk.state, 'installation.json'))
    const others = Object.entries(resources).filter(([, { provenance }]) => provenance !== 'created')
    if (others.length > 0) throw new Error(`taken for somebody else's: ${others.map(([address]) => address).join(', ')}`)
    return undefined
  })
}

/** Whole, or it throws. */
async function readable(file: string): Promise<{ resources: Record<string, { provenance: string }> }> {
  return JSON.parse(await readFile(file, 'utf8')) as { resources: Record<string, { provenance: string }> }
}
