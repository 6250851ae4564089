import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Decision, type DecisionObservation, decide } from '../../../src/plan/decide.ts'
import type { FactMap } from '../../../src/values/json.ts'

const values: readonly (FactMap | undefined)[] = [undefined, { days: 1 }, { days: 2 }, { days: 1, extra: true }, { type: 'a', days: 1 }]
const at = { file: 'desired-state.yaml', line: 4, col: 2 }

/** Every combination of wanted, seen and last applied. */
function everything(): { wanted: FactMap; seen: FactMap | undefined; last: FactMap | undefined; decision: Decision }[] {
  const all = []
  for (const wanted of values.filter((v) => v !== undefined))
    for (const seen of values)
      for (const last of values)
        all.push({
          wanted,
          seen,
          last,
          decision: decide({ desired: wanted, observed: asSeen(seen), last, origins: new Map(), replaceOnly: ['/type'] }),
        })
  return all
}

function asSeen(facts: FactMap | undefined): DecisionObservation {
  return facts === undefined ? { is: 'absent' } : { is: 'present', facts, by: new Map() }
}

test('equal is never written, and different always is', () => {
  for (const { wanted, seen, decision } of everything()) {
    const quiet = decision.action === 'keep' || decision.action === 'adopt'
    assert.is(quiet, JSON.stringify(sorted(wanted)) === JSON.stringify(seen && sorted(seen)))
    assert.is(quiet, decision.edits.length === 0)
  }
})

test('what is absent is created, or recovered when it was applied as it is wanted', () => {
  for (const { wanted, seen, last, decision } of everything().filter((one) => one.seen === undefined)) {
    assert.is(seen, undefined)
    assert.is(decision.action, last === wanted ? 'recover' : 'create')
    assert.ok(decision.edits.every((edit) => edit.cause === (last === wanted ? 'drifted' : 'declared')))
  }
})

test('without memory a difference is unexplained, and never called drift', () => {
  for (const { decision } of everything().filter((one) => one.seen !== undefined && one.last === undefined))
    assert.ok(decision.edits.every((edit) => edit.cause === 'unexplained') && decision.action !== 'repair')
})

test('a field is declared when the world stands as it was applied, drifted when the file does, both otherwise', () => {
  const cause = (wanted: number, seen: number, last: number) =>
    decide({
      desired: { days: wanted },
      observed: asSeen({ days: seen }),
      last: { days: last },
      origins: new Map([['/days', at]]),
      replaceOnly: [],
    }).edits[0]?.cause
  assert.is(cause(2, 1, 1), 'declared')
  assert.is(cause(1, 2, 1), 'drifted')
  assert.is(cause(1, 2, 3), 'both')
})

test('what only undoes drift elsewhere is drift, and nobody is said to have written it', () => {
  const by = new Map([['/annotation', { manager: 'helm' }]])
  const question = { desired: { annotation: 'A.1', days: 1 }, origins: new Map(), replaceOnly: [], repairPointers: ['/annotation'] }
  const decided = (seen: FactMap, last: FactMap | undefined) => decide({ ...question, observed: { is: 'present', facts: seen, by }, last })
  const applied = { annotation: 'A', days: 1 }
  const alone = decided(applied, applied)
  assert.is(alone.action, 'repair')
  assert.equal(alone.edits, [{ pointer: '/annotation', from: 'A', to: 'A.1', cause: 'drifted' }])
  const older = { annotation: 'A', days: 2 }
  const withOthers = decided(older, older)
  assert.is(withOthers.action, 'update')
  assert.equal(
    withOthers.edits.map(({ cause }) => cause),
    ['drifted', 'declared'],
  )
  assert.is(decided(applied, undefined).edits[0]?.cause, 'unexplained')
})

test('under another encryption key a changed value is declared: what was remembered compares with nothing', () => {
  const [before, live, wanted] = [`aaaaaaaa:${'1'.repeat(64)}`, `bbbbbbbb:${'2'.repeat(64)}`, `bbbbbbbb:${'3'.repeat(64)}`]
  const { edits } = decide({
    desired: { key: wanted },
    observed: asSeen({ key: live }),
    last: { key: before },
    origins: new Map(),
    replaceOnly: [],
  })
  assert.is(edits[0]?.cause, 'declared')
})

test('a fixed field means a replacement', () => {
  for (const { wanted, seen, decision } of everything().filter((one) => one.seen !== undefined))
    assert.is(decision.action === 'replace', wanted.type !== seen?.type)
})

test('an edit knows who wrote the field and where it was declared, by the longest prefix', () => {
  const by = new Map([['/keys', { manager: 'kubectl-edit', time: '2026-11-24T00:00:00Z' }]])
  const origins = new Map<string, typeof at | 'guide'>([
    ['', 'guide'],
    ['/keys/A', at],
  ])
  const [edit] = decide({
    desired: { keys: { A: '1' } },
    observed: { is: 'present', facts: { keys: { A: '2' } }, by },
    last: undefined,
    origins,
    replaceOnly: [],
  }).edits
  assert.is(edit?.by?.manager, 'kubectl-edit')
  assert.is(edit?.origin, at)
})

function sorted(facts: FactMap): [string, unknown][] {
  return Object.entries(facts).sort()
}

test.run()
