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
const away: Problem = { code: 'minio/refused', summary: 'MinIO refuses.', remedy: 'Look at it.' }
const gone: Problem = { code: 'cluster/silent', summary: 'The API server is silent.', remedy: 'Look at it.' }

function events() {
  const told: WatchEvent[] = []
  const it = new EventDeduplicator((event) => told.push(event))
  return { it, types: () => told.splice(0).map(({ type }) => type.replace('watch_', '')) }
}

test('the same plan is told once, another one when it comes, and the first again after that', () => {
  const { it, types } = events()
  it.plan(settled)
  it.plan(settled)
  assert.equal(types(), ['plan'])
  it.plan(drifted)
  it.plan(drifted)
  it.plan(settled)
  assert.equal(types(), ['plan', 'plan'])
})

test('what a person did is answered, though nothing is new', () => {
  const { it, types } = events()
  it.plan(settled)
  it.problems([away])
  it.reset()
  it.plan(settled)
  it.problems([away])
  assert.equal(types(), ['plan', 'problems', 'plan', 'problems'])
})

test('a server that is away is told when it begins and when it ends, and what there is to see then', () => {
  const { it, types } = events()
  it.plan(settled)
  for (let i = 0; i < 3; i++) it.problems([away])
  assert.equal(types(), ['plan', 'problems'])
  it.problems([away, gone])
  it.problems([gone])
  assert.equal(types(), ['problems'])
  for (let i = 0; i < 2; i++) {
    it.problems([])
    it.plan(settled)
  }
  assert.equal(types(), ['clear', 'plan'])
})

test('a problem at another place of the file is another problem', () => {
  const { it, types } = events()
  const at = (line: number) => [{ ...away, at: { file: 'desired-state.yaml', line, col: 1 } }]
  it.problems(at(3))
  it.problems(at(3))
  it.problems(at(4))
  assert.equal(types(), ['problems', 'problems'])
})

test('a lock that is held is told once for each holder', () => {
  const { it, types } = events()
  const held = (who: string): Problem => ({ code: 'lock/held', summary: `Locked by ${who}.`, remedy: 'Wait.' })
  it.lockHeld(held('ada'))
  it.problems([])
  it.lockHeld(held('ada'))
  it.lockHeld(held('bob'))
  assert.equal(types(), ['problems', 'problems'])
  it.lockHeld(undefined)
  it.lockHeld(held('bob'))
  assert.equal(types(), ['problems'])
})

test('what is left out is told when it changes', () => {
  const { it, types } = events()
  const leftOut = (...changes: readonly PlannedChange[]) =>
    it.skipped({
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
