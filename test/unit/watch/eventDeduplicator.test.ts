import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import type { Plan, PlannedChange } from '../../../src/plan/plan.ts'
import { address } from '../../../src/values/address.ts'
import type { Problem } from '../../../src/values/problem.ts'
import { EventDeduplicator } from '../../../src/watch/eventDeduplicator.ts'
import type { WatchEvent } from '../../../src/watch/watchEvents.ts'

const change = (name: string, action: PlannedChange['action']): PlannedChange => ({
  address: address('thing', name),
  action,
  edits: action === 'keep' ? [] : [{ pointer: '/x', from: 1, to: 2, cause: 'drifted' }],
  impact: NO_IMPACT,
  after: [],
})
const plan = (...changes: readonly PlannedChange[]): Plan => ({ changes, findings: [], problems: [], uncheckedCount: 0 })
const settled = plan(change('a', 'keep'))
const drifted = plan(change('a', 'repair'))
const outage: Problem = { code: 'minio/refused', summary: 'MinIO refuses.', remedy: 'Check it.' }
const silent: Problem = { code: 'cluster/silent', summary: 'The API server is silent.', remedy: 'Check it.' }

function deduplicate() {
  const emitted: WatchEvent[] = []
  const deduplicator = new EventDeduplicator((event) => emitted.push(event))
  return { deduplicator, types: () => emitted.splice(0).map(({ type }) => type.replace('watch_', '')) }
}

test('the same plan is reported once, and again after another plan', () => {
  const { deduplicator, types } = deduplicate()
  deduplicator.plan(settled)
  deduplicator.plan(settled)
  assert.equal(types(), ['plan'])
  deduplicator.plan(drifted)
  deduplicator.plan(drifted)
  deduplicator.plan(settled)
  assert.equal(types(), ['plan', 'plan'])
})

test('after an operator acted, everything is reported again', () => {
  const { deduplicator, types } = deduplicate()
  deduplicator.plan(settled)
  deduplicator.problems([outage])
  deduplicator.reset()
  deduplicator.plan(settled)
  deduplicator.problems([outage])
  assert.equal(types(), ['plan', 'problems', 'plan', 'problems'])
})

test('an outage is reported when it starts and when it ends, and then the plan again', () => {
  const { deduplicator, types } = deduplicate()
  deduplicator.plan(settled)
  for (let i = 0; i < 3; i++) deduplicator.problems([outage])
  assert.equal(types(), ['plan', 'problems'])
  deduplicator.problems([outage, silent])
  deduplicator.problems([silent])
  assert.equal(types(), ['problems'])
  for (let i = 0; i < 2; i++) {
    deduplicator.problems([])
    deduplicator.plan(settled)
  }
  assert.equal(types(), ['clear', 'plan'])
})

test('a problem at another position of the file is another problem', () => {
  const { deduplicator, types } = deduplicate()
  const at = (line: number) => [{ ...outage, at: { file: 'desired-state.yaml', line, col: 1 } }]
  deduplicator.problems(at(3))
  deduplicator.problems(at(3))
  deduplicator.problems(at(4))
  assert.equal(types(), ['problems', 'problems'])
})

test('a held lock is reported once per holder', () => {
  const { deduplicator, types } = deduplicate()
  const held = (who: string): Problem => ({ code: 'lock/held', summary: `Locked by ${who}.`, remedy: 'Wait.' })
  deduplicator.lockHeld(held('ada'))
  deduplicator.problems([])
  deduplicator.lockHeld(held('ada'))
  deduplicator.lockHeld(held('bob'))
  assert.equal(types(), ['problems', 'problems'])
  deduplicator.lockHeld(undefined)
  deduplicator.lockHeld(held('bob'))
  assert.equal(types(), ['problems'])
})

test('skipped changes are reported when they change', () => {
  const { deduplicator, types } = deduplicate()
  const leftOut = (...changes: readonly PlannedChange[]) =>
    deduplicator.skipped({
      type: 'watch_left_out',
      policy: 'all',
      leftOut: changes.map((one) => ({ change: one, why: { is: 'action' as const } })),
      command: 'groundcrew apply',
    })
  leftOut()
  leftOut(change('a', 'replace'))
  leftOut(change('a', 'replace'))
  leftOut(change('b', 'replace'))
  leftOut()
  leftOut(change('b', 'replace'))
  assert.equal(types(), ['left_out', 'left_out', 'left_out'])
})

test.run()
