import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Host } from '../../../src/session/host.ts'
import { FileTriggers } from '../../../src/watch/fileTriggers.ts'
import { Inputs } from '../../../src/watch/inputs.ts'
import { QUIET_MS, TRUNCATED_QUIET_MS } from '../../../src/watch/waitUntilQuiet.ts'
import { FakeClock } from '../../support/fakeClock.ts'

const minimal = await readFile(new URL('../installation/valid/minimal.yaml', import.meta.url), 'utf8')
const longer = `${minimal}environment: { shared: { HTTPS_PROXY: "http://proxy.example.com" } }\n`

let folder = ''
let clock: FakeClock
let inputs: Inputs
const triggers = new FileTriggers(
  () => undefined,
  (error) => assert.unreachable(String(error)),
)
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundcrew-inputs-'))
  clock = new FakeClock()
  const host = { clock, cwd: folder, home: folder, env: {}, signal: new AbortController().signal } as unknown as Host
  inputs = new Inputs(host, { file: 'desired-state.yaml' }, triggers)
})
test.after.each(() => rm(folder, { recursive: true }))
test.after(() => triggers.close())

const write = (text: string) => writeFile(join(folder, 'desired-state.yaml'), text)

/** What it answers, and after how many milliseconds; `meanwhile` happens when so many have passed. */
async function settled(meanwhile: { readonly [ms: number]: () => Promise<unknown> } = {}): Promise<{ changed: boolean; ms: number }> {
  const started = clock.monotonic()
  let answer: { changed: boolean; ms: number } | undefined
  const settling = inputs.settle().then((changed) => {
    answer = { changed, ms: clock.monotonic() - started }
  })
  const events = Object.entries(meanwhile)
  while (answer === undefined) {
    // The files are real: between two ticks of the clock they get the time that they need.
    await sleep(2)
    const at = clock.monotonic() - started
    for (const [ms, act] of events.splice(0, events.filter(([due]) => Number(due) <= at).length)) {
      assert.ok(Number(ms) <= at)
      await act()
    }
    await clock.pass(50)
  }
  await settling
  return answer
}

test('quiet files are read after a moment, and at once when they did not change since', async () => {
  await write(minimal)
  const first = await settled()
  assert.ok(first.changed && first.ms >= QUIET_MS && first.ms < TRUNCATED_QUIET_MS)
  assert.equal((await settled()).changed, false)
  assert.is(await inputs.haveChanged(), false)
  await write(longer)
  assert.is(await inputs.haveChanged(), true)
})

test('a truncated file is waited for', async () => {
  await write(longer)
  await settled()
  await write(minimal)
  const cut = await settled({ [TRUNCATED_QUIET_MS - 1_000]: () => write(longer.replace('proxy.', 'other.')) })
  assert.ok(cut.changed && cut.ms >= TRUNCATED_QUIET_MS, 'it waited for the rest, and then for that to stand still')
  await write(minimal)
  const meant = await settled()
  assert.ok(meant.changed && meant.ms >= TRUNCATED_QUIET_MS, 'one that was meant so is taken later')
})

test('an invalid file is reported without that wait', async () => {
  await write(minimal)
  await settled()
  await write(minimal.slice(0, 100))
  const { changed, ms } = await settled()
  assert.ok(changed && ms < TRUNCATED_QUIET_MS)
})

test('changes of referenced files count too, also of those that a new version references', async () => {
  const named = minimal.replace('{ env: DATABASE_URL }', '{ file: ./database-url }')
  assert.is.not(named, minimal)
  await write(minimal)
  await settled()
  await write(named)
  await settled()
  await writeFile(join(folder, 'database-url'), 'postgres://spacelift@db/spacelift\n')
  assert.is(await inputs.haveChanged(), true)
  assert.is((await settled()).changed, true)
  await writeFile(join(folder, 'other'), 'nobody names it')
  assert.is((await settled()).changed, false)
})

test.run()
