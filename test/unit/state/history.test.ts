import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { historyFiles, leftovers, parseHistory, wasApplied } from '../../../src/state/history.ts'
import { ProblemError } from '../../../src/values/problem.ts'

const at = '2026-11-24T00:00:00.000Z'
const step = (address: string) => JSON.stringify({ type: 'step', at, address, action: 'create' })

function history(...lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'groundcrew-history-'))
  mkdirSync(join(folder, 'history'))
  writeFileSync(join(folder, 'history', '20261124T000000Z-a.jsonl'), lines.join('\n'))
  return folder
}

test('torn lines, in the middle or at the end, are skipped', async () => {
  const folder = history(step('bucket/a'), step('bucket/b').slice(0, 30), step('bucket/c'), step('bucket/d').slice(0, -5))
  assert.equal([...(await leftovers(folder)).created], ['bucket/a', 'bucket/c'])
})

test('a line truncated at any byte is not a record', () => {
  for (let length = 0; length < step('bucket/a').length; length++) assert.equal(parseHistory(step('bucket/a').slice(0, length)), [])
})

test('JSON that is not a record is skipped: edited lines and those of later versions', () => {
  const odd = [
    'null',
    '7',
    '"step"',
    '[]',
    '{}',
    { t: 'toString', at },
    { t: 'later', at },
    { type: 'step', at },
    { type: 'step', at, address: 7, action: 'create' },
    { type: 'begin', at, who: 'me' },
    { type: 'begin', at, who: 'me', plan: [7] },
    { type: 'begin', at, who: 'me', plan: [], created: [7] },
    { type: 'failed', at, address: 'bucket/a' },
    { type: 'failed', at, address: 'bucket/a', problems: [{}] },
    { type: 'child', at, address: 'release/a/b', process: {} },
    { type: 'end', at },
  ]
  const lines = odd.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  assert.equal(parseHistory([...lines, step('bucket/a')].join('\n')).length, 1)
})

test('records of earlier versions, whose type is `t`, are read', () => {
  assert.equal(parseHistory(JSON.stringify({ t: 'step', at, address: 'bucket/a', action: 'create' })), [JSON.parse(step('bucket/a'))])
  assert.is(parseHistory(JSON.stringify({ t: 'end', at, result: 'complete', seconds: 1 }))[0]?.type, 'end')
})

test('fields that this version does not know are kept', () => {
  assert.equal(parseHistory(step('bucket/a').replace('{', '{"later":1,')), [{ later: 1, ...JSON.parse(step('bucket/a')) }])
})

test('no history means no apply; one that cannot be read is a problem, since it may record an apply that never ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'groundcrew-history-'))
  assert.equal(await historyFiles(folder), [])
  writeFileSync(join(folder, 'history'), 'a file where the folder belongs')
  for (const read of [() => leftovers(folder), () => wasApplied(folder, 'id')]) assert.is(await codeOf(read), 'state/history-unreadable')
  const other = history()
  mkdirSync(join(other, 'history', '20261124T000001Z-b.jsonl'))
  assert.is(await codeOf(() => leftovers(other)), 'state/history-unreadable')
})

async function codeOf(act: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    return error instanceof ProblemError ? error.problems[0]?.code : String(error)
  }
}

test.run()
