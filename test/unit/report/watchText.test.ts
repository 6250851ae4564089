import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../../src/plan/plan.ts'
import type { SkipReason } from '../../../src/plan/policy.ts'
import { PLAIN } from '../../../src/report/format/style.ts'
import { watchText } from '../../../src/report/watchText.ts'
import { address } from '../../../src/values/address.ts'

const change = (name: string, action: PlannedChange['action']): PlannedChange => ({
  address: address('bucket', name),
  action,
  edits: action === 'keep' ? [] : [{ pointer: '/versioning', from: 'off', to: 'enabled', cause: 'drifted' }],
  impact: NO_IMPACT,
  after: [],
})
const plan = (...changes: readonly PlannedChange[]): Plan => ({ changes, findings: [], problems: [], uncheckedCount: 0 })
const problem = { code: 'f', summary: 'It failed.', remedy: 'Fix it.' }
const finding = { code: 'f', summary: 'It expires.', remedy: 'Renew it.', address: address('bucket', 'a') }

test('a plan without changes is one line', () => {
  const settled = plan(change('a', 'keep'), change('b', 'adopt'))
  assert.is(watchText({ type: 'watch_plan', plan: settled }, PLAIN), '2 resources, no changes.')
  assert.is(
    watchText({ type: 'watch_plan', plan: { ...settled, findings: [finding] } }, PLAIN),
    '2 resources, no changes. 1 warning: run groundcrew plan.',
  )
})

test('a plan is printed as by groundcrew plan', () => {
  const text = watchText({ type: 'watch_plan', plan: plan(change('a', 'repair')) }, PLAIN) ?? ''
  assert.match(text, /^Planned changes:\n {2}~ bucket\/a {2}\(drifted\)\n/)
  assert.match(text, 'Plan: 0 to add, 1 to change, 0 to destroy.')
})

test('changes that need approval have a reason and a command', () => {
  const reasons: readonly SkipReason[] = [
    { is: 'action' },
    { is: 'data-at-risk', what: 'objects expire' },
    { is: 'refused', summary: 'It would lose data.', consent: '--accept-data-loss bucket/x' },
    { is: 'depends', on: address('bucket', 'a') },
    { is: 'policy', cause: 'drifted' },
  ]
  const leftOut = reasons.map((why, i) => ({ change: change(`b${i}`, i === 0 ? 'remove' : 'update'), why }))
  assert.is(
    watchText({ type: 'watch_left_out', policy: 'declared', leftOut, command: 'groundcrew apply' }, PLAIN),
    `Needs approval: 5 changes.
  bucket/b0: resources are never destroyed automatically
  bucket/b1: it puts data at risk: objects expire
  bucket/b2: It would lose data.
  bucket/b3: it depends on bucket/a
  bucket/b4: it drifted; policy declared only applies changes of the file
  To apply: groundcrew apply`,
  )
  assert.is(
    watchText({ type: 'watch_left_out', policy: 'none', leftOut, command: 'groundcrew apply' }, PLAIN),
    'Policy none: nothing is applied.\n  To apply: groundcrew apply',
  )
})

test('an apply, a pause and the end are one line each', () => {
  const done = [address('bucket', 'a')]
  assert.is(
    watchText({ type: 'watch_applied', plan: plan(), done, failed: [], skipped: [], problems: [] }, PLAIN),
    'Apply complete. 1 resource changed.',
  )
  assert.is(
    watchText({ type: 'watch_applied', plan: plan(), done, failed: done, skipped: done, problems: [problem] }, PLAIN),
    'Apply incomplete: 1 done, 1 failed, 1 skipped.\nError: It failed.\n  (f)\n  Fix: Fix it.',
  )
  assert.is(
    watchText({ type: 'watch_paused', seconds: 5, again: done }, PLAIN),
    'Differs again right after it was applied: bucket/a. Next attempt in 5 s, or when a file is written.',
  )
  assert.is(watchText({ type: 'watch_stopped', abandonedStep: false }, PLAIN), 'Stopped.')
  assert.is(watchText({ type: 'watch_triggered', by: 'timer' }, PLAIN), undefined, 'a timer needs no word')
})

test.run()
