import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Edit, NO_IMPACT } from '../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../src/plan/plan.ts'
import { jsonReporter } from '../../src/report/jsonReporter.ts'
import type { Reporter } from '../../src/report/reporter.ts'
import { address } from '../../src/values/address.ts'
import { FakeClock } from '../support/fakeClock.ts'
import { readStream } from '../support/stream.ts'

const at = { file: 'desired-state.yaml', line: 42, col: 7 }
const refused = { code: 'minio/refused-connection', summary: 'MinIO refuses the connection.', remedy: 'Look whether it runs.' }
const states = address('bucket', 'spacelift-states')
const shared = address('secret', 'spacelift', 'spacelift-shared')
const print = (n: number) => `0a1b2c3d:${String(n).repeat(64)}`

test('the first line says what the stream is, and it stands there once', () => {
  assert.equal(
    lines((report) => {
      report.note('one')
      report.note('two', 'warn')
    }),
    [
      '{"@level":"info","@message":"groundcrew 0.1.0","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"version","groundcrew":"0.1.0","ui":"1.0"}',
      '{"@level":"info","@message":"one","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"log"}',
      '{"@level":"warn","@message":"two","@module":"groundcrew.ui","@timestamp":"2026-11-24T00:00:00.000Z","type":"log"}',
    ],
  )
})

test('a planned change carries its fields with cause, writer and origin, and what it does to pods and data', () => {
  const impact = {
    restarts: [{ workload: 'spacelift-drain', pods: 3 }],
    dataAtRisk: [{ address: states, what: 'objects older than 7 days' }],
    access: ['Everybody may read.'],
    refusals: [{ ...refused, consent: '--accept-data-loss bucket/spacelift-states' }],
  }
  const by = { manager: 'kubectl-edit', time: '2026-11-24T01:02:03Z' }
  const edits = [edit('/versioning', 'off', 'enabled', { cause: 'declared', origin: at }), edit('/policy', {}, undefined, { by })]
  const [change] = told((report) => report.plan(planOf({ ...changeOf(states, 'update', edits), impact })))
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
    refusals: [{ ...refused, consent: '--accept-data-loss bucket/spacelift-states' }],
  })
})

test('of a secret only that it differs is told', () => {
  const edits = [edit('/keys/A', print(1), print(2)), edit('/keys/B', undefined, print(3)), edit('/keys/C', print(4), undefined)]
  const stream = lines((report) => report.plan(planOf(changeOf(shared, 'update', edits))))
  assert.not.match(stream.join('\n'), /[0-9a-f]{64}/)
  const [change] = told((report) => report.plan(planOf(changeOf(shared, 'update', edits))))
  assert.equal((change as { edits?: unknown }).edits, [
    { pointer: '/keys/A', from: '(hidden)', to: '(hidden)', hidden: true, cause: 'unexplained' },
    { pointer: '/keys/B', to: '(hidden)', hidden: true, cause: 'unexplained' },
    { pointer: '/keys/C', from: '(hidden)', hidden: true, cause: 'unexplained' },
  ])
})

test('drift is told before the changes that undo it, with the drifted fields only', () => {
  const drifted = edit('/a', 1, 2, { cause: 'drifted' })
  const both = edit('/b', 1, 2, { cause: 'both' })
  const events = told((report) =>
    report.plan(
      planOf(
        changeOf(states, 'create', [edit('/a', undefined, 1, { cause: 'declared' })]),
        changeOf(shared, 'update', [drifted, both, edit('/c', 1, 2, { cause: 'declared' })]),
        changeOf(address('bucket', 'gone'), 'recover', [edit('/a', undefined, 1, { cause: 'drifted' })]),
      ),
    ),
  )
  assert.equal(
    events.map((one) => one['@message']),
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

test('the summary of a plan counts as the plan does', () => {
  const restarts = [{ workload: 'spacelift-server', pods: 2 }]
  const dataAtRisk = [{ address: states, what: 'objects older than 7 days' }]
  const replaced = { ...changeOf(states, 'replace', []), impact: { ...NO_IMPACT, restarts, dataAtRisk } }
  const plan = { ...planOf(replaced, changeOf(shared, 'keep', [])), notLookedAt: 3 }
  assert.equal(told((report) => report.plan(plan)).at(-1), {
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

test('a settled installation is one summary of nothing', () => {
  const events = told((report) => report.plan(planOf(changeOf(states, 'keep', []), changeOf(shared, 'adopt', []))))
  assert.equal(
    events.map((one) => [one.type, one['@message']]),
    [['change_summary', 'No changes.']],
  )
})

test('what apply will refuse is a warning, with the way to allow it', () => {
  const impact = { ...NO_IMPACT, refusals: [{ ...refused, consent: '--replace-encryption-key' }] }
  const [, refusal] = told((report) => report.plan(planOf({ ...changeOf(shared, 'update', []), impact })))
  assert.equal(refusal, {
    '@level': 'warn',
    '@message': 'Refused: MinIO refuses the connection.',
    type: 'diagnostic',
    diagnostic: { severity: 'warning', ...refused },
  })
})

test('what could not be planned is told with its reason, and the plan is called incomplete', () => {
  const plan = { ...planOf({ ...changeOf(states, 'blocked', []), why: refused }), problems: [{ ...refused, at }] }
  const [blocked, why, summary] = told((report) => report.plan(plan))
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

test('before another world nothing is summed up', () => {
  const events = told((report) => report.plan({ ...planOf(), problems: [refused] }))
  assert.equal(
    events.map(({ type }) => type),
    ['diagnostic'],
  )
})

test('a finding names its resource and what to do', () => {
  const [found] = told((report) => report.plan({ ...planOf(), findings: [{ ...refused, detail: 'Twice.', address: states }] }))
  assert.equal(found, {
    '@level': 'warn',
    '@message': 'bucket/spacelift-states: MinIO refuses the connection.',
    type: 'finding',
    address: states,
    ...refused,
    detail: 'Twice.',
  })
})

test('every step of an apply is an event; what failed says why', () => {
  const progress = { message: 'pushing', done: 1_048_576, total: 2_097_152, unit: 'bytes' as const }
  const events = told((report) => {
    report.event({ type: 'apply_start', address: states, action: 'create' })
    report.event({ type: 'apply_progress', address: states, progress })
    report.event({ type: 'apply_complete', address: states, action: 'create', seconds: 1.5 })
    report.event({ type: 'apply_errored', address: shared, action: 'update', seconds: 0.2, problems: [refused] })
    report.event({ type: 'apply_skipped', address: shared, because: states })
  })
  assert.equal(events, [
    { '@level': 'info', '@message': `${states}: Creating...`, type: 'apply_start', address: states, action: 'create' },
    {
      '@level': 'info',
      '@message': `${states}: pushing 1.0 of 2.0 MiB`,
      type: 'apply_progress',
      address: states,
      progress,
    },
    {
      '@level': 'info',
      '@message': `${states}: Created after 1.5 s`,
      type: 'apply_complete',
      address: states,
      action: 'create',
      seconds: 1.5,
    },
    {
      '@level': 'error',
      '@message': `${shared}: Failed after 0.2 s: MinIO refuses the connection.`,
      type: 'apply_errored',
      address: shared,
      action: 'update',
      seconds: 0.2,
      problems: [refused],
    },
    {
      '@level': 'warn',
      '@message': `${shared}: Skipped: it depends on ${states}`,
      type: 'apply_skipped',
      address: shared,
      because: states,
    },
  ])
})

test('an apply ends with its problems and a summary of what was done, not of what was planned', () => {
  const later = address('bucket', 'later')
  const plan = planOf(changeOf(states, 'create', []), changeOf(shared, 'update', []), changeOf(later, 'create', []))
  const ended = told((report) => report.applied({ plan, done: [states], failed: [shared], skipped: [later], problems: [refused] }))
  assert.equal(ended, [
    {
      '@level': 'error',
      '@message': 'Error: MinIO refuses the connection.',
      type: 'diagnostic',
      diagnostic: { severity: 'error', ...refused },
    },
    {
      '@level': 'error',
      '@message': 'Apply incomplete: 1 added, 0 changed, 0 destroyed.',
      type: 'change_summary',
      changes: { add: 1, change: 0, remove: 0, operation: 'apply' },
      steps: { done: 1, failed: 1, skipped: 1 },
      incomplete: true,
      resources: 3,
      notLookedAt: 0,
    },
  ])
})

function lines(tell: (report: Reporter) => void): string[] {
  let text = ''
  const clock = new FakeClock()
  tell(jsonReporter({ write: (line) => (text += line), now: () => clock.now(), version: '0.1.0' }))
  readStream(text)
  return text.trimEnd().split('\n')
}

/** What was told after the version, without what is the same in every line. */
function told(tell: (report: Reporter) => void) {
  return lines(tell)
    .slice(1)
    .map((line) => {
      const { '@module': _, '@timestamp': __, ...event } = JSON.parse(line)
      return event
    })
}

function planOf(...changes: readonly PlannedChange[]): Plan {
  return { changes, findings: [], problems: [], notLookedAt: 0 }
}

function changeOf(where: PlannedChange['address'], action: PlannedChange['action'], edits: readonly Edit[]): PlannedChange {
  return { address: where, action, edits, impact: NO_IMPACT, after: [] }
}

function edit(pointer: string, from: Edit['from'], to: Edit['to'], more: Partial<Edit> = {}): Edit {
  return { pointer, from, to, cause: 'unexplained', ...more }
}

test.run()
