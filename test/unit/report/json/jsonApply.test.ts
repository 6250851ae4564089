import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { address } from '../../../../src/values/address.ts'
import { changeOf, planOf, refused, reportedEvents, shared, states } from '../../../support/jsonEvents.ts'

test('every step of an apply is an event, a failure with its problems', () => {
  const progress = { message: 'pushing', done: 1_048_576, total: 2_097_152, unit: 'bytes' as const }
  const events = reportedEvents((report) => {
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

test('an apply ends with its problems and a summary of the applied changes, not of the planned ones', () => {
  const later = address('bucket', 'later')
  const plan = planOf(changeOf(states, 'create', []), changeOf(shared, 'update', []), changeOf(later, 'create', []))
  const ended = reportedEvents((report) =>
    report.applied({ plan, done: [states], failed: [shared], skipped: [later], problems: [refused] }),
  )
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

test.run()
