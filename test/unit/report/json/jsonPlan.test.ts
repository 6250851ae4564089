import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../../src/kinds/kind.ts'
import { address } from '../../../../src/values/address.ts'
import { changeOf, edit, planOf, refused, reportedEvents, shared, states, streamLines } from '../../../support/jsonEvents.ts'

const at = { file: 'desired-state.yaml', line: 42, col: 7 }
const print = (n: number) => `0a1b2c3d:${String(n).repeat(64)}`

test('a planned change carries its fields with cause, writer and origin, and what it does to pods and data', () => {
  const impact = {
    restarts: [{ workload: 'spacelift-drain', pods: 3 }],
    dataAtRisk: [{ address: states, what: 'objects older than 7 days' }],
    access: ['Everybody may read.'],
    notes: ['Revision 3 -> 4.'],
    refusals: [{ ...refused, consent: '--accept-data-loss bucket/spacelift-states' }],
  }
  const by = { manager: 'kubectl-edit', time: '2026-11-24T01:02:03Z' }
  const edits = [edit('/versioning', 'off', 'enabled', { cause: 'declared', origin: at }), edit('/policy', {}, undefined, { by })]
  const [change] = reportedEvents((report) => report.plan(planOf({ ...changeOf(states, 'update', edits), impact })))
  assert.equal(change, {
    '@level': 'info',
    '@message': 'bucket/spacelift-states: Plan to update',
    type: 'planned_change',
    address: 'bucket/spacelift-states',
    action: 'update',
    edits: [
      {
        pointer: '/versioning',
        from: 'off',
        to: 'enabled',
        cause: 'declared',
        origin: { filename: 'desired-state.yaml', start: { line: 42, column: 7 } },
      },
      { pointer: '/policy', from: {}, cause: 'unexplained', by },
    ],
    restarts: [{ workload: 'spacelift-drain', pods: 3 }],
    dataAtRisk: [{ address: 'bucket/spacelift-states', what: 'objects older than 7 days' }],
    access: ['Everybody may read.'],
    notes: ['Revision 3 -> 4.'],
    refusals: [{ ...refused, consent: '--accept-data-loss bucket/spacelift-states' }],
  })
})

test('the values of a secret are hidden', () => {
  const edits = [edit('/keys/A', print(1), print(2)), edit('/keys/B', undefined, print(3)), edit('/keys/C', print(4), undefined)]
  const stream = streamLines((report) => report.plan(planOf(changeOf(shared, 'update', edits))))
  assert.not.match(stream.join('\n'), /[0-9a-f]{64}/)
  const [change] = reportedEvents((report) => report.plan(planOf(changeOf(shared, 'update', edits))))
  assert.equal((change as { edits?: unknown }).edits, [
    { pointer: '/keys/A', from: '(hidden)', to: '(hidden)', hidden: true, cause: 'unexplained' },
    { pointer: '/keys/B', to: '(hidden)', hidden: true, cause: 'unexplained' },
    { pointer: '/keys/C', from: '(hidden)', hidden: true, cause: 'unexplained' },
  ])
})

test('drift comes before the changes that repair it, with the drifted fields only', () => {
  const drifted = edit('/a', 1, 2, { cause: 'drifted' })
  const both = edit('/b', 1, 2, { cause: 'both' })
  const events = reportedEvents((report) =>
    report.plan(
      planOf(
        changeOf(states, 'create', [edit('/a', undefined, 1, { cause: 'declared' })]),
        changeOf(shared, 'update', [drifted, both, edit('/c', 1, 2, { cause: 'declared' })]),
        changeOf(address('bucket', 'gone'), 'recover', [edit('/a', undefined, 1, { cause: 'drifted' })]),
      ),
    ),
  )
  assert.equal(
    events.map((event) => event['@message']),
    [
      'secret/spacelift/spacelift-shared: Drift detected (update)',
      'bucket/gone: Drift detected (delete)',
      'bucket/spacelift-states: Plan to create',
      'secret/spacelift/spacelift-shared: Plan to update',
      'bucket/gone: Plan to recover',
      'Plan: 2 to add, 1 to change, 0 to destroy.',
    ],
  )
  assert.equal(events[0], {
    '@level': 'info',
    '@message': 'secret/spacelift/spacelift-shared: Drift detected (update)',
    type: 'resource_drift',
    address: shared,
    action: 'update',
    edits: [drifted, both],
  })
})

test('the summary has the counts of the plan', () => {
  const restarts = [{ workload: 'spacelift-server', pods: 2, because: ['they started too early'] }]
  const dataAtRisk = [{ address: states, what: 'objects older than 7 days' }]
  const replaced = { ...changeOf(states, 'replace', []), impact: { ...NO_IMPACT, restarts, dataAtRisk } }
  const plan = { ...planOf(replaced, changeOf(shared, 'keep', [])), uncheckedCount: 3 }
  assert.equal(reportedEvents((report) => report.plan(plan)).at(-1), {
    '@level': 'info',
    '@message': 'Plan: 1 to add, 0 to change, 1 to destroy.',
    type: 'change_summary',
    changes: { add: 1, change: 0, remove: 1, operation: 'plan' },
    incomplete: false,
    resources: 2,
    notLookedAt: 3,
    restarts,
    dataAtRisk,
  })
})

test('a plan without changes is one summary', () => {
  const events = reportedEvents((report) => report.plan(planOf(changeOf(states, 'keep', []), changeOf(shared, 'adopt', []))))
  assert.equal(
    events.map((event) => [event.type, event['@message']]),
    [['change_summary', 'No changes.']],
  )
})

test('a refusal is a warning, with the flag that allows it', () => {
  const impact = { ...NO_IMPACT, refusals: [{ ...refused, consent: '--replace-encryption-key' }] }
  const [, refusal] = reportedEvents((report) => report.plan(planOf({ ...changeOf(shared, 'update', []), impact })))
  assert.equal(refusal, {
    '@level': 'warn',
    '@message': 'Refused: MinIO refuses the connection.',
    type: 'diagnostic',
    diagnostic: { severity: 'warning', ...refused },
  })
})

test('a blocked resource is reported with its cause, and the plan is incomplete', () => {
  const plan = { ...planOf({ ...changeOf(states, 'blocked', []), blockedBy: refused }), problems: [{ ...refused, at }] }
  const [blocked, why, summary] = reportedEvents((report) => report.plan(plan))
  assert.equal(blocked, {
    '@level': 'error',
    '@message': 'bucket/spacelift-states: Not planned',
    type: 'change_blocked',
    address: states,
    why: refused,
  })
  assert.equal(why, {
    '@level': 'error',
    '@message': 'Error: MinIO refuses the connection.',
    type: 'diagnostic',
    diagnostic: { severity: 'error', ...refused, range: { filename: 'desired-state.yaml', start: { line: 42, column: 7 } } },
  })
  assert.is((summary as { incomplete?: boolean }).incomplete, true)
})

test('a plan for another world has no summary', () => {
  const events = reportedEvents((report) => report.plan({ ...planOf(), problems: [refused] }))
  assert.equal(
    events.map(({ type }) => type),
    ['diagnostic'],
  )
})

test('a finding names its resource and its fix', () => {
  const [found] = reportedEvents((report) => report.plan({ ...planOf(), findings: [{ ...refused, detail: 'Twice.', address: states }] }))
  assert.equal(found, {
    '@level': 'warn',
    '@message': 'bucket/spacelift-states: MinIO refuses the connection.',
    type: 'finding',
    address: states,
    ...refused,
    detail: 'Twice.',
  })
})

test.run()
