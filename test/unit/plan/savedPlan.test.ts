import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Edit } from '../../../src/kinds/kind.ts'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import type { Action, PlannedChange } from '../../../src/plan/plan.ts'
import { type Basis, mismatches, parseSavedPlan, savedChanges } from '../../../src/plan/savedPlan.ts'
import { address } from '../../../src/values/address.ts'
import type { Fingerprint } from '../../../src/values/fingerprint.ts'

const fingerprint = (digit: number) => `aaaaaaaa:${`${digit}`.repeat(64)}` as Fingerprint

const basis: Basis = {
  tool: '1.0.0',
  file: 'f',
  inputs: { '/admin/password': fingerprint(1), '/database/url': fingerprint(2) },
  chart: { name: 'spacelift', version: '3.0.0', digest: 'd' },
  archive: 'a',
  world: { cluster: 'c', objectStore: 'o', objectStoreEndpoint: 'e', registries: ['r'] },
  lineage: 'l',
  serial: 4,
}

const others: readonly (readonly [string, Basis])[] = [
  ["groundcrew's version (1.0.0, now 2.0.0)", { ...basis, tool: '2.0.0' }],
  ['desired-state.yaml', { ...basis, file: 'g' }],
  ['the secret at /admin/password', { ...basis, inputs: { ...basis.inputs, '/admin/password': fingerprint(9) } }],
  ['the secret at /license/token', { ...basis, inputs: { ...basis.inputs, '/license/token': fingerprint(3) } }],
  ['the chart', { ...basis, chart: { ...basis.chart, digest: 'e' } }],
  ['the release archive', { ...basis, archive: 'b' }],
  ['the state (a different one)', { ...basis, lineage: 'm' }],
  ['the state (changed by another apply)', { ...basis, serial: 5 }],
  ['the cluster', { ...basis, world: { ...basis.world, cluster: 'd' } }],
  ['the object store', { ...basis, world: { ...basis.world, objectStore: 'p' } }],
  ["the object store's address", { ...basis, world: { ...basis.world, objectStoreEndpoint: 'f' } }],
  ['the registry', { ...basis, world: { ...basis.world, registries: ['s'] } }],
]

for (const [reason, now] of others)
  test(`another basis is named: ${reason}`, () => {
    const changes = savedChanges(planOf(), new Map())
    assert.equal(mismatches({ basis, changes }, now, changes), [reason])
  })

test('the same basis and the same changes are the same plan', () => {
  const changes = savedChanges(planOf(), new Map([['bucket/b', 'g1']]))
  assert.equal(mismatches({ basis, changes }, basis, changes), [])
})

test('a resource that changed on the server is named, by its version or its planned edits', () => {
  const saved = { basis, changes: savedChanges(planOf(), new Map([['bucket/b', 'g1']])) }
  const reason = ['bucket/b on the server']
  assert.equal(mismatches(saved, basis, savedChanges(planOf(), new Map([['bucket/b', 'g2']]))), reason)
  assert.equal(mismatches(saved, basis, savedChanges(planOf('create'), new Map([['bucket/b', 'g1']]))), reason)
  assert.equal(mismatches(saved, basis, savedChanges(planOf('update', 9), new Map([['bucket/b', 'g1']]))), reason)
})

test('a resource that is only adopted leaves the plan unchanged: a lost state changes nothing', () => {
  const saved = { basis, changes: savedChanges(planOf('keep'), new Map([['bucket/b', 'g1']])) }
  assert.equal(mismatches(saved, basis, savedChanges(planOf('adopt'), new Map([['bucket/b', 'g2']]))), [])
})

test('the server is not blamed for what the file or the state explains', () => {
  const saved = { basis, changes: savedChanges(planOf(), new Map([['bucket/b', 'g1']])) }
  const now = { ...basis, file: 'g' }
  assert.equal(mismatches(saved, now, savedChanges(planOf('update', 9), new Map([['bucket/b', 'g2']]))), ['desired-state.yaml'])
})

test('a plan truncated at any byte is refused', () => {
  const whole = JSON.stringify({ format: 1, id: 'i', options: {}, basis, changes: {}, seal: fingerprint(9) })
  assert.ok(typeof parseSavedPlan(whole) === 'object')
  for (let length = 0; length < whole.length; length++) assert.is(parseSavedPlan(whole.slice(0, length)), undefined)
})

test('a plan without its seal is refused, one in another format is identified', () => {
  assert.is(parseSavedPlan(JSON.stringify({ format: 1, id: 'i', options: {}, basis, changes: {} })), undefined)
  assert.is(parseSavedPlan(JSON.stringify({ format: 2, id: 'i' })), 'other-format')
  assert.is(parseSavedPlan('[]'), undefined)
})

function planOf(action: Action = 'update', to = 7) {
  const edit: Edit = { pointer: '/days', from: 5, to, cause: 'declared' } as Edit
  const change: PlannedChange = { address: address('bucket', 'b'), action, edits: [edit], impact: NO_IMPACT, after: [] }
  return { changes: [change], findings: [], problems: [], uncheckedCount: 0 }
}

test.run()
