import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { run } from '../../support/run.ts'
import { readStream } from '../../support/stream.ts'

const broken = fileURLToPath(new URL('../installation/broken/unknown-key.several.yaml', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'groundcrew-json-'))

test.after(() => rm(folder, { recursive: true }))

test('problems of the file are diagnostics with their positions, and nothing else is printed', async () => {
  const plain = await run(folder, ['plan', '-f', broken])
  const { exit, out, err } = await run(folder, ['plan', '-f', broken, '--json'])
  assert.equal([exit, err], [1, ''])
  const told = readStream(out).flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic] : []))
  for (const { summary, code, remedy, range } of told) {
    for (const part of [summary, `(${code})`, remedy.split('\n')[0] ?? '']) assert.ok(plain.err.includes(part), part)
    assert.ok(plain.err.includes(`on ${range?.filename}:${range?.start.line}:${range?.start.column}`))
  }
  assert.is(told.length, plain.err.match(/^Error: /gm)?.length)
})

for (const [argv, code] of [
  [['plan', '--json', '--nonsense'], 'cli/unknown-option'],
  [['--json', 'plna'], 'cli/unknown-command'],
  [['-json'], 'cli/help'],
  [['force-unlock', '--json'], 'cli/missing-argument'],
  [['plan', '--json', '--log-file'], 'cli/option-missing-argument'],
  [['plan', '-json'], 'file/unreadable'],
  [['apply', '--json'], 'apply/json-asks-nobody'],
  [['apply', '--json', '--auto-approve'], 'file/unreadable'],
  [['apply', '--json', 'no.plan'], 'plan/unreadable'],
  [['plan', '--json', '--log-file', 'no/such/folder'], 'cli/log-file'],
  [['history', 'none', '--json'], 'history/no-such-run'],
  [['state', 'list', '--json'], 'state/none'],
] as const)
  test(`${argv.join(' ')} fails with one diagnostic, ${code}`, async () => {
    const { exit, out, err } = await run(folder, argv)
    assert.equal([exit, err], [1, ''])
    const [, ...events] = readStream(out)
    assert.equal(
      events.map((event) => event.type === 'diagnostic' && event.diagnostic.code),
      [code],
    )
  })

test('an interrupted stream ends with a line about the interruption', async () => {
  const signal = AbortSignal.abort()
  const { exit, out, err } = await run(folder, ['plan', '--json'], { signal })
  assert.equal([exit, err, readStream(out).at(-1)?.['@message']], [130, '', 'Interrupted.'])
  assert.equal(await run(folder, ['plan'], { signal }), { exit: 130, out: '', err: '' })
})

test('--help prints text with --json too', async () => {
  const { exit, out } = await run(folder, ['plan', '--json', '--help'])
  assert.is(exit, 0)
  assert.match(out, /^Usage: groundcrew plan/)
})

test('--log-file receives the same lines, readable by its owner only, and the output does not change', async () => {
  const file = join(folder, 'log.jsonl')
  const plain = await run(folder, ['plan', '-f', broken])
  for (const _ of ['once', 'again']) assert.equal(await run(folder, ['plan', '-f', broken, '--log-file', 'log.jsonl']), plain)
  const lines = await run(folder, ['plan', '-f', broken, '--json'])
  assert.is(await readFile(file, 'utf8'), lines.out.repeat(2))
  assert.is((await stat(file)).mode & 0o777, 0o600)
})

test('a log file that can no longer be written is reported once and stops nothing', async () => {
  const plain = await run(folder, ['plan', '-f', broken])
  const logged = await run(folder, ['plan', '-f', broken, '--log-file', '/dev/full'])
  assert.equal(logged, { ...plain, err: plain.err + logged.err.slice(plain.err.length) })
  assert.match(logged.err.slice(plain.err.length), /^The log file \/dev\/full is incomplete from here on: .*ENOSPC.*\n$/)
})

test('state, history and version print one object per line', async () => {
  await settled(folder)
  const objects = async (...argv: string[]) => {
    const { exit, out, err } = await run(folder, argv)
    assert.equal([exit, err], [0, ''])
    return out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const stored = { facts: { versioning: 'off' }, guard: '', after: [], provenance: 'created' }
  assert.equal(await objects('state', 'list', '--json'), [
    { address: 'bucket/a', provenance: 'created', after: [] },
    { address: 'bucket/b', provenance: 'adopted', after: ['bucket/a'] },
  ])
  assert.equal(await objects('state', 'show', 'bucket/a', '--json'), [{ address: 'bucket/a', ...stored }])
  const done = { planned: 2, done: 1, failed: 1, skipped: 0 }
  const first = { run: '1', begun: 'T1', who: 'ann@jump1', groundcrew: '0.1.0', result: 'failed', seconds: 5, ...done }
  const killed = {
    run: '2',
    begun: 'T2',
    who: 'bob@jump1',
    groundcrew: '0.1.0',
    result: 'interrupted',
    planned: 0,
    done: 0,
    failed: 0,
    skipped: 0,
  }
  assert.equal(await objects('history', '--json'), [first, killed])
  assert.equal(await objects('history', '1', '--json'), [{ ...first, records: JOURNAL }])
  const [version] = await objects('version', '--json')
  assert.is(`groundcrew ${version.groundcrew}\n`, (await run(folder, ['version'])).out)
  const [start, remark] = readStream((await run(folder, ['state', 'rm', 'bucket/a', '--json'])).out)
  assert.equal(
    [start?.type, remark?.type, remark?.['@message']],
    ['version', 'log', 'Removed from the state: bucket/a. The resources themselves are unchanged.'],
  )
})

test('a command continues when the reader of its output ends', async () => {
  const bin = fileURLToPath(new URL('../../../src/bin.ts', import.meta.url))
  const argv = ['--disable-warning=ExperimentalWarning', bin, 'plan', '--json', '-f', broken]
  const child = spawn(process.execPath, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [err, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
  assert.equal([code, err], [1, ''])
})

const JOURNAL = [
  { type: 'begin', at: 'T1', run: '1', tool: '0.1.0', who: 'ann@jump1', serial: 0, plan: ['bucket/a', 'bucket/b'].map(planned) },
  { type: 'done', at: 'T1', address: 'bucket/a', seconds: 1 },
  { type: 'failed', at: 'T1', address: 'bucket/b', seconds: 2, problems: [] },
  { type: 'end', at: 'T1', result: 'failed', seconds: 5 },
]

function planned(address: string) {
  return { address, action: 'create', edits: [] }
}

/** A state of two buckets, an apply that failed and one that was killed. */
async function settled(cwd: string): Promise<void> {
  const history = join(cwd, 'state', 'history')
  await mkdir(history, { recursive: true })
  const bucket = { facts: { versioning: 'off' }, guard: '', after: [], provenance: 'created' }
  const resources = { 'bucket/a': bucket, 'bucket/b': { ...bucket, after: ['bucket/a'], provenance: 'adopted' } }
  await writeFile(join(cwd, 'state', 'installation.json'), JSON.stringify({ format: 1, lineage: 'x', serial: 1, world: null, resources }))
  await writeFile(join(history, '1.jsonl'), JOURNAL.map((record) => `${JSON.stringify(record)}\n`).join(''))
  await writeFile(
    join(history, '2.jsonl'),
    `${JSON.stringify({ ...JOURNAL[0], at: 'T2', run: '2', who: 'bob@jump1', plan: [] })}\n{"t":"do`,
  )
}

test.run()
