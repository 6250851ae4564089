import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Document } from 'yaml'
import { writes } from '../../scripts/lab/index.ts'
import { lifecycleRules } from '../acceptance/support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../acceptance/support/installation.ts'
import { editedText, noncurrentDays, saveEdits, setNoncurrentDays } from '../acceptance/watch/edits.ts'
import { WatchProcess } from '../acceptance/watch/watchProcess.ts'

type Context = { site: LabInstallation; settled: string }
const watch = suite<Context>('watch, on real servers')

watch.before(async (it) => {
  it.site = await LabInstallation.applied()
  it.settled = await readFile(it.site.file, 'utf8')
})
watch.before.each(settle)
watch.after(async ({ site }) => site?.[Symbol.asyncDispose]())

const APPLIED = /Apply complete\.[\s\S]*resources, no changes/

const hasBucket = async ({ site }: Context, name: string): Promise<boolean> => (await site.mc('ls', 'lab')).includes(`"${name}/"`)
const hasSecret = async ({ site }: Context, name: string): Promise<boolean> =>
  (await site.kubectl('-n', 'spacelift', 'get', 'secrets', '-o', 'name')).includes(`secret/${name}\n`)
const runs = async ({ site }: Context): Promise<number> => (await site.journals()).length

/** Puts everything back to where each test begins. */
async function settle({ site, settled }: Context): Promise<void> {
  await writeFile(site.file, settled)
  expectExit(await site.apply(), 0)
}

watch('policy all: a saved change is applied; a deleted bucket and a deleted secret are created again', async (it) => {
  const { site } = it
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  await daemon.waitAfter(() => saveEdits(site, (file) => setNoncurrentDays(file, 'run-logs', 7)), APPLIED)
  assert.equal(await noncurrentDays(site, 'spacelift-run-logs'), [7])
  await daemon.waitAfter(() => site.mc('rb', '--force', 'lab/spacelift-modules'), APPLIED)
  assert.ok(await hasBucket(it, 'spacelift-modules'))
  await daemon.waitAfter(() => site.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-drain'), APPLIED)
  assert.ok(await hasSecret(it, 'spacelift-drain'))
  assert.is(await daemon.stop(), 0)
  const [begin] = (await site.journals()).at(-1) ?? []
  assert.match(begin?.type === 'begin' ? begin.who : '', /@.* \(watch\)$/)
})

watch('a half-saved file changes nothing and is reported once, with positions; the complete one is applied', async (it) => {
  const { site } = it
  const before = await runs(it)
  const whole = await editedText(site, (file) => setNoncurrentDays(file, 'run-logs', 9))
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  const stop = await site.lab.record()
  await daemon.waitAfter(() => writeFile(site.file, whole.slice(0, whole.length / 2)), /desired-state\.yaml:\d+:\d+ \(file\//)
  // Several intervals pass.
  await sleep(6_000)
  const { kubernetes, minio, registry } = await stop()
  assert.equal(writes([...kubernetes, ...minio, ...registry]), [])
  assert.is(daemon.recentOutput.match(/Errors:\n/g)?.length, 1, daemon.recentOutput)
  assert.is(await runs(it), before)
  await daemon.waitAfter(() => writeFile(site.file, whole), APPLIED)
  assert.equal(await noncurrentDays(site, 'spacelift-run-logs'), [9])
})

watch('after a hundred saves in two seconds the last one is read', async (it) => {
  const { site } = it
  const before = await runs(it)
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  const texts = await Promise.all(
    Array.from({ length: 100 }, (_, i) => editedText(site, (file) => setNoncurrentDays(file, 'run-logs', i + 1))),
  )
  const saves = async () => {
    for (const text of texts) {
      await writeFile(site.file, text)
      await sleep(20)
    }
  }
  await daemon.waitAfter(saves, APPLIED)
  await daemon.stop()
  assert.equal(await noncurrentDays(site, 'spacelift-run-logs'), [100])
  assert.ok((await runs(it)) - before <= 3, 'far fewer applies than saves')
})

for (const policy of ['none', 'declared', 'drifted'] as const)
  watch(`policy ${policy} does only what it may`, async (it) => {
    const { site } = it
    await using daemon = await WatchProcess.start(site, '--policy', policy)
    const both = async () => {
      await site.mc('rb', '--force', 'lab/spacelift-modules')
      await saveEdits(site, (file) => setNoncurrentDays(file, 'run-logs', 5))
    }
    await daemon.waitAfter(both, /To apply: groundcrew apply/)
    if (policy !== 'none') await daemon.waitFor(/Apply complete\./)
    await sleep(5_000)
    assert.is(await hasBucket(it, 'spacelift-modules'), policy === 'drifted')
    assert.equal(await noncurrentDays(site, 'spacelift-run-logs'), policy === 'declared' ? [5] : [])
  })

watch('policy drifted: a moved tag is repaired, and its readers restart', async (it) => {
  const { site } = it
  const servers = () => site.kubectl('-n', 'spacelift', 'get', 'pods', '-o', 'name')
  const before = await servers()
  await using daemon = await WatchProcess.start(site, '--policy', 'drifted')
  await daemon.waitAfter(() => site.client('crane', 'copy', site.image('launcher'), site.image('backend')), APPLIED)
  const after = (await servers()).split('\n')
  assert.equal(
    before.split('\n').filter((name) => name !== '' && after.includes(name)),
    [],
  )
})

watch('a change that deletes data needs approval, with the command that applies it', async (it) => {
  const { site } = it
  await site.client('sh', '-c', 'echo state | mc pipe lab/spacelift-run-logs/log')
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  const expire = (file: Document) => file.setIn(['objectStorage', 'buckets', 'run-logs'], { expireAfterDays: 1 })
  const output = await daemon.waitAfter(() => saveEdits(site, expire), /To apply: .*/)
  expectText(output, '--accept-data-loss bucket/spacelift-run-logs')
  await sleep(3_000)
  assert.equal(
    (await lifecycleRules(site, 'spacelift-run-logs')).map(({ Expiration }) => Expiration?.Days),
    [60],
  )
})

watch('a held lock is reported once, and the change is applied when it is free', async (it) => {
  const { site } = it
  const lease = { namespace: 'groundcrew', name: 'spacelift.spacelift' }
  const elsewhere = JSON.stringify({
    ...{ id: 'their-run', who: 'ada@elsewhere', command: 'apply', since: '2026-11-24T00:00:00Z' },
    process: { pid: 1, startTime: '1', host: 'elsewhere', bootId: 'b', pidNamespace: 'n' },
  })
  const patch = (holder: string, info: string) =>
    site.kubectl(
      ...['-n', lease.namespace, 'patch', 'lease', lease.name, '--type', 'merge', '-p'],
      JSON.stringify({ metadata: { annotations: { 'groundcrew.dev/holder': info } }, spec: { holderIdentity: holder } }),
    )
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  await patch('their-run', elsewhere)
  await daemon.waitAfter(() => site.mc('rb', '--force', 'lab/spacelift-modules'), /locked by ada@elsewhere/)
  await sleep(5_000)
  assert.is(daemon.recentOutput.match(/locked by/g)?.length, 1)
  assert.is(await hasBucket(it, 'spacelift-modules'), false)
  await daemon.waitAfter(() => patch('', ''), APPLIED)
  assert.ok(await hasBucket(it, 'spacelift-modules'))
})

watch('an outage is reported when it starts and when it ends', async (it) => {
  const { site } = it
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  const minio = site.lab.server('minio')
  await daemon.waitAfter(() => minio.stop(), /\(minio\//)
  await sleep(5_000)
  assert.is(daemon.recentOutput.match(/\(minio\//g)?.length, 1, daemon.recentOutput)
  await daemon.waitFor(/./)
  await daemon.waitAfter(() => minio.start(), /everything can be read again\.\n.*resources, no changes/)
})

watch('SIGTERM while helm waits: passed to helm, recorded in the history, exit 0; the next apply converges', async (it) => {
  const { site } = it
  await using daemon = await WatchProcess.start(site, '--policy', 'all')
  await site.lab.pods('slow')
  const change = () =>
    saveEdits(site, (file) => file.setIn(['release', 'values', 'server', 'podAnnotations', 'example.com/changed'], 'now'))
  await daemon.waitAfter(change, /pods ready: \d of 9/)
  const stopped = performance.now()
  assert.is(await daemon.stop(), 0)
  assert.ok(performance.now() - stopped < 25_000)
  await site.lab.pods('normal')
  expectText(
    expectExit(await site.groundcrew(['history', '--state', site.state]), 0)
      .stdout.trim()
      .split('\n')
      .at(-1) ?? '',
    'interrupted',
  )
  expectExit(await site.apply(), 0)
  expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
})

watch.run()
