import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectExit, expectText } from '../support/installation.ts'
import type { Report } from '../support/report.ts'
import type { Bench } from './bench.ts'

const PLANNING = [
  ['-target', 'bucket'],
  ['-exclude', 'image'],
  ['--accept-data-loss', 'bucket/spacelift-run-logs'],
  ['--replace-encryption-key'],
  ['--accept-new-world'],
] as const

/** What goes with -out and with a saved plan, and what does not. */
export async function options(report: Report, bench: Bench, isQuick: boolean): Promise<void> {
  await report.line('planning options with a saved plan: refused, each by its name', async () => {
    const plan = await bench.save()
    const tried = isQuick ? PLANNING.slice(0, 1) : PLANNING
    for (const flags of tried) await bench.refused(plan, new RegExp(`${flags[0]} cannot be given with a saved plan`), { flags })
    return `${tried.length} options`
  })
  await report.line('-out never overwrites', async () => {
    const path = join(bench.site.folder, 'precious')
    await writeFile(path, 'precious')
    expectText(expectExit(await bench.run(['plan', '-out', path]), 1).stderr, /A plan is never overwritten/)
    if ((await readFile(path, 'utf8')) !== 'precious') throw new Error('it was overwritten')
    return undefined
  })
  if (isQuick) return
  await report.line('-out writes nothing while something cannot be looked at, and says so', async () => {
    const path = join(bench.site.folder, 'incomplete.plan')
    await bench.site.lab.server('registry').stop()
    try {
      expectText(expectExit(await bench.run(['plan', '-out', path]), 1).stderr, /was not written: the plan is incomplete/)
      const isThere = await access(path).then(
        () => true,
        () => false,
      )
      if (isThere) throw new Error('a plan was written')
    } finally {
      await bench.site.lab.server('registry').start()
    }
    return undefined
  })
}
