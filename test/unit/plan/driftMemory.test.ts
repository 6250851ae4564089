import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { DriftReport } from '../../../src/plan/drift.ts'
import { addAges, EMPTY_MEMORY, parseMemory } from '../../../src/plan/driftMemory.ts'
import { address } from '../../../src/values/address.ts'

const [states, logs] = [address('bucket', 'states'), address('bucket', 'logs')]
const why = { code: 'test', summary: 'the server is away', remedy: 'wait' }

function reportOf(found: { readonly [pointer: string]: string }, more: Partial<DriftReport> = {}): DriftReport {
  const fields = Object.entries(found).map(([pointer, value]) => ({
    pointer,
    applied: 'as it was',
    live: value,
    class: 'repaired' as const,
  }))
  const drifted = fields.length === 0 ? [] : [{ address: states, is: 'changed' as const, fields, keysUnknown: false }]
  return { comparedWith: 'state', checked: 2, drifted, unchecked: [], skipped: [], findings: [], problems: [], ...more }
}

const agesOf = ({ report }: { report: DriftReport }) =>
  report.drifted.flatMap(({ fields }) => fields.map(({ pointer, since }) => [pointer, since]))

test('an unchanged difference keeps its age, a new one or another value starts now', () => {
  const first = addAges(reportOf({ '/a': 'x', '/b': 'x' }), EMPTY_MEMORY, 'day 1')
  const second = addAges(reportOf({ '/a': 'x', '/b': 'y', '/c': 'x' }), first.memory, 'day 2')
  assert.equal(agesOf(first), [
    ['/a', 'day 1'],
    ['/b', 'day 1'],
  ])
  assert.equal(agesOf(second), [
    ['/a', 'day 1'],
    ['/b', 'day 2'],
    ['/c', 'day 2'],
  ])
  assert.is(second.report.drifted[0]?.since, 'day 1')
})

test('a repaired difference is forgotten: the same drift later is new', () => {
  const first = addAges(reportOf({ '/a': 'x' }), EMPTY_MEMORY, 'day 1')
  const repaired = addAges(reportOf({}), first.memory, 'day 2')
  assert.equal(repaired.memory.since, {})
  assert.equal(agesOf(addAges(reportOf({ '/a': 'x' }), repaired.memory, 'day 3')), [['/a', 'day 3']])
})

test('an unchecked or skipped resource keeps its age', () => {
  const first = addAges(reportOf({ '/a': 'x' }), EMPTY_MEMORY, 'day 1')
  const ways: Partial<DriftReport>[] = [{ unchecked: [{ address: states, why }] }, { skipped: [states] }, { problems: [why] }]
  for (const more of ways) {
    const between = addAges(reportOf({}, more), first.memory, 'day 2')
    assert.equal(agesOf(addAges(reportOf({ '/a': 'x' }), between.memory, 'day 3')), [['/a', 'day 1']])
  }
  const other = addAges(reportOf({}, { unchecked: [{ address: logs, why }] }), first.memory, 'day 2')
  assert.equal(other.memory.since, {})
})

test('a memory is read back as written, and any other text is refused', () => {
  const { memory } = addAges(reportOf({ '/a': 'x' }), EMPTY_MEMORY, 'day 1')
  assert.equal(parseMemory(JSON.stringify(memory)), memory)
  for (const text of ['', '{', '[]', '{"format":2,"since":{}}', '{"format":1,"since":{"a":1}}', '{"format":1}'])
    assert.is(parseMemory(text), undefined)
})

test.run()
