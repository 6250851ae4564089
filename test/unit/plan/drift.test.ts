import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import { type Comparison, type DriftedResource, type DriftReport, driftFromPlan, driftOf, driftOutcome } from '../../../src/plan/drift.ts'
import type { Plan, PlannedChange } from '../../../src/plan/plan.ts'
import { Acceptances } from '../../../src/values/acceptance.ts'
import { address } from '../../../src/values/address.ts'
import { showPointer } from '../../../src/values/factKeys.ts'
import type { FactMap } from '../../../src/values/json.ts'

const it = address('secret', 'spacelift', 'spacelift-server')
const CLEAN: DriftReport = { comparedWith: 'state', checked: 1, drifted: [], unchecked: [], skipped: [], findings: [], problems: [] }
const ours = (value: string) => `aaaaaaaa:${value.repeat(64)}`
const theirs = (value: string) => `bbbbbbbb:${value.repeat(64)}`

function compare(applied: FactMap, found: FactMap, more: Partial<Comparison> & { foundGuard?: string } = {}) {
  const { foundGuard = 'v2', ...rest } = more
  const by = new Map([['/keys', { manager: 'kubectl-edit' }]])
  return driftOf({
    address: it,
    applied: { facts: applied, guard: 'v1' },
    live: { is: 'present', facts: found, guard: foundGuard, by },
    ...rest,
  })
}

test('a resource as applied has no drift, whatever its version', () => {
  assert.is(compare({ type: 'Opaque', keys: { A: ours('1') } }, { keys: { A: ours('1') }, type: 'Opaque' }), undefined)
})

test('each field has its applied and its live value, and its writer if there is one', () => {
  const found = compare({ type: 'Opaque', keys: { A: ours('1'), B: ours('2') } }, { type: 'x', keys: { A: ours('3'), C: ours('4') } })
  assert.equal(found?.fields, [
    { pointer: '/keys/A', applied: ours('1'), live: ours('3'), class: 'repaired', by: { manager: 'kubectl-edit' } },
    { pointer: '/keys/B', applied: ours('2'), live: undefined, class: 'repaired', by: { manager: 'kubectl-edit' } },
    { pointer: '/keys/C', applied: undefined, live: ours('4'), class: 'repaired', by: { manager: 'kubectl-edit' } },
    { pointer: '/type', applied: 'Opaque', live: 'x', class: 'repaired' },
  ])
})

test('an absent resource is gone', () => {
  const applied = { facts: { a: 1 }, guard: 'v1' }
  assert.equal(driftOf({ address: it, applied, live: { is: 'absent' } }), { address: it, is: 'gone', fields: [], keysUnknown: false })
})

test('under another fingerprint key the same version is unchanged', () => {
  assert.is(compare({ keys: { A: ours('1') } }, { keys: { A: theirs('9') } }, { foundGuard: 'v1' }), undefined)
})

test('under another fingerprint key another version is changed, with unknown values', () => {
  const found = compare({ keys: { A: ours('1'), B: ours('2') } }, { keys: { A: theirs('9'), C: theirs('8') } })
  assert.is(found?.keysUnknown, true)
  // Names can be compared all the same.
  assert.equal(
    found?.fields.map((field) => field.pointer),
    ['/keys/B', '/keys/C'],
  )
})

test('a field known to differ is reported although its fingerprints are incomparable', () => {
  const found = compare({ keys: { A: ours('1') } }, { keys: { A: theirs('9') } }, { knownChanged: new Set(['/keys/A']) })
  assert.equal([found?.fields.map((field) => field.pointer), found?.keysUnknown], [['/keys/A'], false])
})

test('an accepted difference is reported with its reason and does not count, until the acceptance expires', () => {
  const acceptance = { resource: it, field: 'type', reason: 'ticket 4711', until: '2026-11-24' }
  const on = (day: string) => new Acceptances([acceptance], new Date(`${day}T23:59:59Z`), showPointer)
  const compareOn = (day: string) => compare({ type: 'Opaque' }, { type: 'x' }, { acceptances: on(day) }) as DriftedResource
  const report = (day: string): DriftReport => ({ ...CLEAN, drifted: [compareOn(day)] })
  assert.equal(compareOn('2026-11-24').fields, [{ pointer: '/type', applied: 'Opaque', live: 'x', class: 'accepted', acceptance }])
  assert.equal([driftOutcome(report('2026-11-24')), driftOutcome(report('2026-11-25'))], ['clean', 'drifted'])
  assert.equal(compareOn('2026-11-25').fields, [
    { pointer: '/type', applied: 'Opaque', live: 'x', class: 'repaired', acceptedUntil: '2026-11-24' },
  ])
})

test('an unmanaged difference is only reported, and counts unless it is accepted', () => {
  const quota = { pointer: '/quota', expected: 'none', actual: '5 bytes', summary: 'It is limited.', remedy: 'Look at it.' }
  const found = { is: 'present' as const, facts: {}, guard: 'v1', by: new Map(), unmanaged: [quota] }
  const drifted = driftOf({ address: it, applied: { facts: {}, guard: 'v1' }, live: found }) as DriftedResource
  const note = 'It is limited. Look at it.'
  assert.equal(drifted.fields, [{ pointer: '/quota', applied: 'none', live: '5 bytes', class: 'reported', note }])
  assert.is(driftOutcome({ ...CLEAN, drifted: [drifted] }), 'drifted')
})

test('an incomplete check exits 1, even with drift', () => {
  const clean = { ...CLEAN, skipped: [it] }
  const why = { code: 'test', summary: 'the server is away', remedy: 'wait' }
  const drifted = [{ address: it, is: 'gone' as const, fields: [], keysUnknown: false }]
  assert.is(driftOutcome(clean), 'clean')
  assert.is(driftOutcome({ ...clean, drifted }), 'drifted')
  assert.is(driftOutcome({ ...clean, drifted, unchecked: [{ address: it, why }] }), 'incomplete')
  assert.is(driftOutcome({ ...clean, problems: [why] }), 'incomplete')
})

test('without a state the plan gives the differences, reversed; skipped resources are listed', () => {
  const base = { impact: NO_IMPACT, after: [] }
  const edit = { pointer: '/versioning', from: 'off', to: 'enabled', cause: 'unexplained' as const }
  const why = { code: 'test', summary: 'the server is away', remedy: 'wait' }
  const changes: PlannedChange[] = [
    { ...base, address: address('bucket', 'a'), action: 'update', edits: [edit] },
    { ...base, address: address('bucket', 'b'), action: 'create', edits: [edit] },
    { ...base, address: address('bucket', 'c'), action: 'adopt', edits: [] },
    { ...base, address: address('secret', 'd'), action: 'blocked', edits: [], blockedBy: why },
    { ...base, address: address('image', 'e'), action: 'update', edits: [edit] },
  ]
  const plan: Plan = { changes, findings: [], problems: [], uncheckedCount: 0 }
  const report = driftFromPlan(plan, ['image'])
  assert.equal(report.drifted, [
    {
      address: address('bucket', 'a'),
      is: 'changed',
      fields: [{ pointer: '/versioning', applied: 'enabled', live: 'off', class: 'repaired' }],
      keysUnknown: false,
    },
    { address: address('bucket', 'b'), is: 'gone', fields: [], keysUnknown: false },
  ])
  assert.equal(report.unchecked, [{ address: address('secret', 'd'), why }])
  assert.equal([report.checked, report.skipped], [3, [address('image', 'e')]])
})

test.run()
