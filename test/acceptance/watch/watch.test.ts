import { readFile, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { writes } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide, secretsMatchGuide } from '../support/assertions.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { editedText, noncurrentDays, saveEdits, setNoncurrentDays } from './edits.ts'
import { WatchProcess } from './watchProcess.ts'

type Context = { readonly installation: LabInstallation; readonly original: string; readonly watch: WatchProcess } & AsyncDisposable
const test = acceptance('watch --policy all: applies what is saved, recreates what is deleted, ignores a half-saved file', open)
const APPLIED = /Apply complete\.[\s\S]*resources, no changes/
const BUCKET = 'spacelift-run-logs'

test('a saved change is applied', async (context) => {
  const { installation } = context
  const figure = await secondsToApply(context, () => saveEdits(installation, (document) => setNoncurrentDays(document, 'run-logs', 7)))
  expectSame(await noncurrentDays(installation, BUCKET), [7])
  return figure
})

test('a deleted bucket is created again', async (context) => {
  const { installation } = context
  const figure = await secondsToApply(context, () => installation.mc('rb', '--force', 'lab/spacelift-modules'))
  expectText(await installation.mc('ls', 'lab'), '"spacelift-modules/"')
  return figure
})

test.full('a deleted secret is created again', async (context) => {
  const { installation } = context
  const figure = await secondsToApply(context, () => installation.kubectl('-n', 'spacelift', 'delete', 'secret', 'spacelift-drain'))
  await secretsMatchGuide(installation)
  return figure
})

// Cut in the middle of a map, at the end of a line, and before the first character.
for (const [percent, register] of [
  [0, test.full],
  [33, test],
  [67, test.full],
] as const)
  register(`a file saved up to ${percent} % changes nothing; its error is reported once, with its position`, async (context) => {
    const { installation, watch } = context
    const whole = await readFile(installation.file, 'utf8')
    const stop = await installation.lab.record()
    const savePart = () => writeFile(installation.file, whole.slice(0, (whole.length * percent) / 100))
    const error = await watch.waitAfter(savePart, /Error: .*\n.*desired-state\.yaml:\d+:\d+ \(.*\)/)
    // Two more intervals pass.
    await sleep(5_000)
    const { kubernetes, minio, registry } = await stop()
    expectSame(writes([...kubernetes, ...minio, ...registry]), [])
    expectSame(watch.recentOutput.split(error).length - 1, 1)
    await watch.waitAfter(() => writeFile(installation.file, whole), /resources, no changes/)
    return /[^/\s]*\.yaml:\d+:\d+/.exec(error)?.[0]
  })

test.full('after 100 saves within 2 s the last one is applied, in at most 3 applies', async ({ installation, watch }) => {
  const before = (await installation.journals()).length
  const texts = await Promise.all(
    Array.from({ length: 100 }, (_, i) => editedText(installation, (document) => setNoncurrentDays(document, 'run-logs', i + 11))),
  )
  const started = performance.now()
  let seconds = 0
  const saves = async () => {
    for (const text of texts) {
      await writeFile(installation.file, text)
      await sleep(19)
    }
    seconds = (performance.now() - started) / 1000
  }
  await watch.waitAfter(saves, APPLIED)
  expectSame(await noncurrentDays(installation, BUCKET), [110])
  const applies = (await installation.journals()).length - before
  if (applies > 3) throw new Error(`${applies} applies`)
  return `saved for ${seconds.toFixed(1)} s, ${applies} ${applies === 1 ? 'apply' : 'applies'}`
})

test('the original file is applied again, and everything matches the guide', async ({ installation, original, watch }) => {
  await watch.waitAfter(() => writeFile(installation.file, original), APPLIED)
  await everythingMatchesGuide(installation)
  expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
})

test('SIGTERM ends watch with exit 0', async ({ watch }) => expectSame(await watch.stop(), 0))

async function open(): Promise<Context> {
  const installation = await LabInstallation.applied()
  const original = await readFile(installation.file, 'utf8')
  const watch = await WatchProcess.start(installation, '--policy', 'all')
  const close = async () => {
    await watch[Symbol.asyncDispose]()
    await installation[Symbol.asyncDispose]()
  }
  return { installation, original, watch, [Symbol.asyncDispose]: close }
}

async function secondsToApply({ watch }: Context, act: () => Promise<unknown>): Promise<string> {
  const started = performance.now()
  await watch.waitAfter(act, APPLIED)
  return `${((performance.now() - started) / 1000).toFixed(1)} s, at an interval of 2 s`
}

test.run()
