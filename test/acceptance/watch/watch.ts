import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { writes } from '../../../scripts/lab/index.ts'
import * as world from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { edited, noncurrentDays, save, Watching } from './watching.ts'

const APPLIED = /Apply complete\.[\s\S]*resources, no changes/

export const watch: Check = {
  name: 'watch',
  about:
    'watch --policy all: what is saved is applied, what is deleted comes back, a half-saved file changes nothing, 100 saves end at the last',
  async run(report) {
    await using site = await LabInstallation.applied()
    const settled = await readFile(site.file, 'utf8')
    await using daemon = await Watching.start(site, '--policy', 'all')
    await savedAndDeleted(report, site, daemon)
    await halfSaved(report, site, daemon)
    await hundredSaves(report, site, daemon)
    await report.line('the file as it was is applied again, and all is as the guide has it', async () => {
      await daemon.after(() => writeFile(site.file, settled), APPLIED)
      await world.everythingMatchesGuide(site)
      expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
      return undefined
    })
    await report.line('SIGTERM ends it with 0', async () => {
      const code = await daemon.stop()
      if (code !== 0) throw new Error(`exit ${code}`)
      return undefined
    })
  },
}

async function savedAndDeleted(report: Report, site: LabInstallation, daemon: Watching): Promise<void> {
  const timed = async (act: () => Promise<unknown>) => {
    const started = performance.now()
    await daemon.after(act, APPLIED)
    return `${((performance.now() - started) / 1000).toFixed(1)} s, at an interval of 2 s`
  }
  await report.line('a saved change is applied', async () => {
    const figure = await timed(() => save(site, (file) => noncurrentDays(file, 'run-logs', 7)))
    expectSame(await noncurrent(site), [7])
    return figure
  })
  await report.line('a deleted bucket comes back', async () => {
    const figure = await timed(() => site.mc('rb', '--force', 'lab/spacelift-modules'))
    expectText(await site.mc('ls', 'lab'), '"spacelift-modules/"')
    return figure
  })
  await report.line('a deleted secret comes back', async () => {
    const figure = await timed(() => site.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-drain'))
    await world.secretsMatchGuide(site)
    return figure
  })
}

/** Cut anywhere: at a third in the middle of a map, at its last character, at nothing at all. */
async function halfSaved(report: Report, site: LabInstallation, daemon: Watching): Promise<void> {
  const whole = await readFile(site.file, 'utf8')
  for (const part of [0, 1 / 3, 2 / 3])
    await report.line(`a file saved up to ${Math.round(part * 100)} % changes nothing and is told once, with its place`, async () => {
      const stop = await site.lab.record()
      const told = await daemon.after(() => writeFile(site.file, whole.slice(0, whole.length * part)), /desired-state\.yaml:\d+:\d+ \(.*\)/)
      await sleep(5_000)
      const { kubernetes, minio, registry } = await stop()
      expectSame(writes([...kubernetes, ...minio, ...registry]), [])
      expectSame(daemon.news.match(/problems?:$/gm)?.length, 1)
      await daemon.after(() => writeFile(site.file, whole), /resources, no changes/)
      return told.replace(/^.*desired-state/, 'desired-state')
    })
}

async function hundredSaves(report: Report, site: LabInstallation, daemon: Watching): Promise<void> {
  await report.line('100 saves in 2 s end at the last one', async () => {
    const before = (await site.journals()).length
    const texts = await Promise.all(Array.from({ length: 100 }, (_, i) => edited(site, (file) => noncurrentDays(file, 'run-logs', i + 11))))
    const started = performance.now()
    const saves = async () => {
      for (const text of texts) {
        await writeFile(site.file, text)
        await sleep(19)
      }
    }
    let seconds = 0
    await daemon.after(() => saves().then(() => (seconds = (performance.now() - started) / 1000)), APPLIED)
    expectSame(await noncurrent(site), [110])
    const applies = (await site.journals()).length - before
    if (applies > 3) throw new Error(`${applies} applies`)
    return `saved for ${seconds.toFixed(1)} s, ${applies} ${applies === 1 ? 'apply' : 'applies'}`
  })
}

async function noncurrent(site: LabInstallation): Promise<unknown[]> {
  const rules = await world.lifecycleRules(site, 'spacelift-run-logs')
  return rules.flatMap(({ NoncurrentVersionExpiration: it }) => (it as { NoncurrentDays?: number } | undefined)?.NoncurrentDays ?? [])
}
