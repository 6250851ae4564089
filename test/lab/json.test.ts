import { execFile, spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { appendFile, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startLab } from '../../scripts/lab/index.ts'
import type { StreamEvent } from '../../src/report/json/eventSchema.ts'
import { readStream } from '../support/stream.ts'

const lab = await startLab()
const folder = dirname(lab.desiredState)
const options = { cwd: folder, env: { ...process.env, ...lab.env } }
const command = ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('../../src/bin.ts', import.meta.url))]

test.after(() => lab.stop())

test('resources that an outage blocks are named, with the reason, and nothing is applied', async () => {
  await lab.server('registry').stop()
  const [before, events] = [await groundcrew(1, 'plan'), await groundcrew(1, 'apply', '--auto-approve')]
  await lab.server('registry').start()
  assert.equal(
    of(before, 'change_blocked').map(({ address }) => address),
    ['image/backend', 'image/launcher', 'release/spacelift/spacelift'],
  )
  assert.ok(of(events, 'diagnostic').length > 0)
  assert.is(events.at(-1)?.['@message'], 'Nothing was changed: the plan is incomplete.')
})

test('a first apply is a valid stream whose last summary counts what it did', async () => {
  const events = await groundcrew(0, 'apply', '--auto-approve', '--log-file', 'log.jsonl')
  const planned = of(events, 'planned_change').map(({ address }) => address)
  assert.is(planned.length, 18)
  assert.equal(
    of(events, 'apply_start')
      .map(({ address }) => address)
      .sort(),
    planned.sort(),
  )
  assert.equal(
    of(events, 'apply_complete')
      .map(({ address }) => address)
      .sort(),
    planned,
  )
  const [plan, apply, ...more] = of(events, 'change_summary')
  assert.equal(
    [plan?.changes, apply?.changes, more],
    [{ add: 18, change: 0, remove: 0, operation: 'plan' }, { add: 18, change: 0, remove: 0, operation: 'apply' }, []],
  )
  assert.equal(apply?.steps, { done: 18, failed: 0, skipped: 0 })
  assert.is(events.at(-1), apply)
  const log = await readFile(join(folder, 'log.jsonl'), 'utf8')
  assert.equal(readStream(log).map(untimed), events.map(untimed))
  assert.is((await stat(join(folder, 'log.jsonl'))).mode & 0o777, 0o600)
})

test('a change outside groundcrew is reported as drift and as the change that repairs it, without secrets', async () => {
  const kubectl = promisify(execFile)
  const patch = '{"stringData":{"DATABASE_URL":"postgres://canary-7f3a"}}'
  await kubectl('kubectl', ['-n', 'spacelift', 'patch', 'secret', 'spacelift-shared', '-p', patch], { env: { ...process.env, ...lab.env } })
  const events = await groundcrew(2, 'plan', '-detailed-exitcode')
  const [drift] = of(events, 'resource_drift')
  assert.is(drift?.address, 'secret/spacelift/spacelift-shared')
  const [edit] = drift?.edits ?? []
  assert.equal([edit?.pointer, edit?.hidden, edit?.cause, edit?.by?.manager], ['/keys/DATABASE_URL', true, 'drifted', 'kubectl-patch'])
  assert.is(of(events, 'planned_change')[0]?.action, 'repair')
  assert.not.match(JSON.stringify(events), /canary-7f3a|[0-9a-f]{8}:[0-9a-f]{64}/)
  const mended = await groundcrew(0, 'apply', '--auto-approve')
  assert.equal(of(mended, 'change_summary').at(-1)?.changes, {
    add: 0,
    change: of(events, 'planned_change').length,
    remove: 0,
    operation: 'apply',
  })
})

test('an interrupted apply reports its progress; the next one continues', async () => {
  await appendFile(lab.desiredState, 'environment: { drain: { EXTRA: one } }\n')
  await lab.pods('slow')
  const child = spawn(process.execPath, [...command, 'apply', '--auto-approve', '--json'], options)
  const [out, err] = [text(child.stdout), text(child.stderr)]
  await untilSaid(child.stdout, '"type":"apply_progress"')
  child.kill('SIGINT')
  const [code] = await once(child, 'exit')
  assert.equal([code, await err], [130, ''])
  const last = readStream(await out).at(-1)
  await lab.pods('normal')
  assert.ok(last?.type === 'change_summary')
  assert.equal([last.changes.operation, last.incomplete, last.steps], ['apply', true, { done: 1, failed: 1, skipped: 0 }])
  assert.equal(of(await groundcrew(0, 'apply', '--auto-approve'), 'change_summary').at(-1)?.incomplete, false)
})

async function untilSaid(stream: Readable, word: string): Promise<void> {
  let said = ''
  for await (const [part] of on(stream, 'data', { close: ['end'] })) {
    said += part
    if (said.includes(word)) return
  }
  assert.unreachable(`it ended without ${word}`)
}

/** Runs groundcrew with `--json`; the events of its stream, when it ended as expected and said nothing else. */
async function groundcrew(exit: number, ...argv: string[]): Promise<StreamEvent[]> {
  const run = promisify(execFile)(process.execPath, [...command, ...argv, '--json'], options)
  const { code = 0, stdout, stderr } = await run.catch((error) => error)
  assert.equal([code, stderr], [exit, ''])
  return readStream(stdout)
}

function of<T extends StreamEvent['type']>(events: readonly StreamEvent[], type: T): Extract<StreamEvent, { type: T }>[] {
  return events.filter((event): event is Extract<StreamEvent, { type: T }> => event.type === type)
}

function untimed({ '@timestamp': _, ...event }: StreamEvent) {
  return event
}

test.run()
