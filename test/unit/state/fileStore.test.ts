import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FileStore } from '../../../src/state/fileStore.ts'
import { leftovers } from '../../../src/state/history.ts'
import { openJournal } from '../../../src/state/journal.ts'
import type { EndResult, JournalRecord } from '../../../src/state/journalRecord.ts'
import { emptyState, parseState, type State, stateText } from '../../../src/state/state.ts'
import { ProblemError } from '../../../src/values/problem.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'groundcrew-state-'))
const state: State = {
  ...emptyState('a-lineage'),
  serial: 3,
  world: { cluster: 'uid', objectStore: 'id', objectStoreEndpoint: 'https://m', registries: ['r:5000'] },
  resources: { 'bucket/b': { facts: { versioning: 'off' }, guard: 'g', after: [], provenance: 'created' } },
}
const at = '2026-11-24T00:00:00.000Z'

test('a saved state is loaded unchanged, and the previous one is kept', async () => {
  const store = new FileStore(folder())
  assert.is(await store.load(), undefined)
  await store.save(state)
  await store.save({ ...state, serial: 4 })
  assert.equal(await store.load(), { ...state, serial: 4 })
  assert.equal(readdirSync(store.folder).sort(), ['installation.json', 'installation.json.previous'])
  assert.is(JSON.parse(readFileSync(join(store.folder, 'installation.json.previous'), 'utf8')).serial, 3)
})

test('a state truncated at any byte is refused, with the backup as the remedy', () => {
  const text = stateText(state)
  for (let length = 0; length < text.length - 2; length++) {
    const parsed = parseState(text.slice(0, length), 'state/installation.json')
    assert.ok('problem' in parsed && parsed.problem.remedy.includes('.previous'), `${length} bytes were taken for a state`)
  }
})

test('a malformed state is refused', async () => {
  for (const edit of [
    { format: 0 },
    { format: '2' },
    { serial: 'x' },
    { serial: -1 },
    { resources: [] },
    { world: {} },
    { resources: { 'bucket/b': { facts: [] } } },
  ]) {
    const store = new FileStore(folder())
    writeFileSync(join(store.folder, 'installation.json'), JSON.stringify({ ...state, ...edit }))
    try {
      await store.load()
      assert.unreachable()
    } catch (error) {
      assert.instance(error, ProblemError)
    }
  }
})

test('the removal policy of a record has only known values', () => {
  const stored = state.resources['bucket/b'] as (typeof state.resources)[string]
  const parsed = (removalPolicy: unknown) =>
    parseState(JSON.stringify({ ...state, resources: { 'bucket/b': { ...stored, removalPolicy } } }), 'f')
  for (const right of [undefined, { created: 'remove', adopted: 'forget' }, { created: 'remove', adopted: 'refuse', removeFirst: true }])
    assert.ok('state' in parsed(right))
  for (const wrong of ['remove', {}, { created: 'remove', adopted: 'remove' }, { created: 'destroy', adopted: 'forget' }])
    assert.ok('problem' in parsed(wrong))
})

test('a state of format 1 reads as its spelling in format 2, and is written in format 2', () => {
  const after = ['namespace/spacelift']
  const policy = { created: 'remove', adopted: 'refuse' }
  const plain = { facts: { phase: 'Active' }, guard: 'g1', after: [], provenance: 'adopted' }
  const facts = { type: 'Opaque', keys: { A: `aaaaaaaa:${'1'.repeat(64)}` } }
  const secret = { facts, guard: 'g2', after, provenance: 'created' }
  const bookkeeping = { at, readers: { 'spacelift-server': { until: at, template: 't' } } }
  const head = { lineage: 'a-lineage', serial: 7, world: state.world }
  const old = {
    format: 1,
    ...head,
    resources: {
      'namespace/spacelift': plain,
      'bucket/b': { ...plain, after, whenGone: { ...policy, makesWay: true } },
      'bucket/c': { ...plain, whenGone: policy },
      'secret/spacelift/s': { ...secret, vouched: bookkeeping },
    },
  }
  const current = {
    format: 2,
    ...head,
    resources: {
      'namespace/spacelift': plain,
      'bucket/b': { ...plain, after, removalPolicy: { ...policy, removeFirst: true } },
      'bucket/c': { ...plain, removalPolicy: policy },
      'secret/spacelift/s': { ...secret, bookkeeping },
    },
  }
  const parsed = [old, current].map((value) => parseState(JSON.stringify(value), 'f'))
  assert.equal(parsed[0], { state: current })
  assert.equal(parsed[0], parsed[1])
  assert.not.match(stateText((parsed[0] as { state: State }).state), /"format": 1|whenGone|vouched|makesWay/)
})

test('a state of format 1 is validated as one of format 2 is', () => {
  const record = { facts: {}, guard: 'g', after: [], provenance: 'created' }
  const reason = (resources: unknown) => {
    const parsed = parseState(JSON.stringify({ ...state, format: 1, resources }), 'f')
    return 'problem' in parsed ? parsed.problem.summary : 'accepted'
  }
  assert.is(reason({ 'bucket/b': record }), 'accepted')
  assert.match(reason({ 'bucket/b': { ...record, vouched: 7 } }), 'the record of bucket/b is malformed (bookkeeping)')
  assert.match(reason({ 'bucket/b': { ...record, whenGone: 'remove' } }), 'the record of bucket/b is malformed (removalPolicy)')
  assert.match(
    reason({ 'bucket/b': { ...record, whenGone: { created: 'remove', adopted: 'forget', makesWay: 'yes' } } }),
    'the record of bucket/b is malformed (removalPolicy)',
  )
  assert.match(reason([]), 'its resources are missing or malformed')
})

test('the malformed part of a state is named', () => {
  const record = state.resources['bucket/b'] as (typeof state.resources)[string]
  const reason = (edit: object) => {
    const parsed = parseState(JSON.stringify({ ...state, ...edit }), 'f')
    return 'problem' in parsed ? parsed.problem.summary.replace('The state f cannot be read: ', '') : 'accepted'
  }
  assert.is(reason({}), 'accepted')
  assert.is(reason({ anything: 'else' }), 'accepted')
  assert.is(reason({ format: 0 }), 'its format is missing or malformed.')
  assert.is(reason({ lineage: undefined }), 'its lineage is missing or malformed.')
  assert.is(reason({ serial: 1.5 }), 'its serial is missing or malformed.')
  assert.is(reason({ world: { cluster: 'c' } }), 'its world is missing or malformed.')
  assert.is(reason({ resources: [] }), 'its resources are missing or malformed.')
  assert.is(reason({ resources: { 'bucket/b': 7 } }), 'the record of bucket/b is malformed.')
  assert.is(reason({ resources: { 'bucket/b': { ...record, provenance: 'found' } } }), 'the record of bucket/b is malformed (provenance).')
  assert.is(reason({ resources: { 'bucket/b': { ...record, facts: [] } } }), 'the record of bucket/b is malformed (facts).')
  assert.is(reason({ resources: { 'bucket/b': { ...record, after: [1] } } }), 'the record of bucket/b is malformed (after).')
})

test('a state of a later format is refused, and no remedy discards it', () => {
  const parsed = parseState(JSON.stringify({ format: 3, anything: 'else' }), 'f')
  assert.ok('problem' in parsed)
  assert.equal([parsed.problem.code, parsed.problem.remedy.includes('previous')], ['state/newer', false])
})

test('an apply that never ended has recorded what it began to create, and its child processes', async () => {
  const dir = folder()
  const child = { pid: 7, startTime: '9', host: 'h', machine: 'm', bootId: 'b', pidNamespace: 'p' }
  const first = await openJournal(dir, '20261124T000000Z-a')
  await first.append({ type: 'step', at, address: 'bucket/old', action: 'create' })
  await first.append({ type: 'done', at, address: 'bucket/old', seconds: 1 })
  await first.append({ type: 'end', at, result: 'complete', seconds: 1 })
  await first.close()
  const second = await openJournal(dir, '20261124T000001Z-b')
  await second.append({ type: 'step', at, address: 'bucket/new', action: 'create' })
  await second.append({ type: 'child', at, address: 'release/a/b', process: child })
  await second.close()
  writeFileSync(join(dir, 'history', '20261124T000002Z-c.jsonl'), '{"t":"step","address":"bucket/torn","act')
  const left = await leftovers(dir)
  assert.equal([...left.created], ['bucket/new'])
  assert.equal(left.children, [child])
})

test('what a killed apply left is remembered by later applies until they handle it', async () => {
  const child = (pid: number) => ({ pid, startTime: '9', host: 'h', machine: 'm', bootId: 'b', pidNamespace: 'p' })
  const childRecord = (pid: number) => ({ type: 'child' as const, at, address: 'release/a/b', process: child(pid) })
  const end = (result: EndResult) => ({ type: 'end' as const, at, result, seconds: 1 })
  const killed = [childRecord(7)]
  const histories: readonly (readonly [JournalRecord[][], number[]])[] = [
    [[killed, [end('interrupted')]], [7]],
    [[killed, [end('failed')], []], [7]],
    [[[childRecord(8), end('lost')]], [8]],
    [
      [killed, [childRecord(8), end('lost')]],
      [8, 7],
    ],
    [[killed, [childRecord(8), end('failed')]], []],
    [[killed, [end('complete')]], []],
  ]
  for (const [runs, left] of histories) {
    const dir = folder()
    for (const [i, records] of runs.entries()) {
      const journal = await openJournal(dir, `20261124T00000${i}Z-x`)
      for (const record of records) await journal.append(record)
      await journal.close()
    }
    assert.equal(
      (await leftovers(dir)).children.map(({ pid }) => pid),
      left,
    )
  }
})

test.run()
