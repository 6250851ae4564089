import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Decision, type DecisionObservation, decide } from '../../../src/plan/decide.ts'
import type { FactMap } from '../../../src/values/json.ts'

const values: readonly (FactMap | undefined)[] = [undefined, { days: 1 }, { days: 2 }, { days: 1, extra: true }, { type: 'a', days: 1 }]
const at = { file: 'desired-state.yaml', line: 4, col: 2 }

/** Every combination of desired, observed and last applied facts. */
function everything(): { desired: FactMap; observed: FactMap | undefined; last: FactMap | undefined; decision: Decision }[] {
  const all = []
  for (const desired of values.filter((v) => v !== undefined))
    for (const observed of values)
      for (const last of values)
        all.push({
          desired,
          observed,
          last,
          decision: decide({ desired, observed: observation(observed), last, origins: new Map(), replaceOnly: ['/type'] }),
        })
  return all
}

function observation(facts: FactMap | undefined): DecisionObservation {
  return facts === undefined ? { is: 'absent' } : { is: 'present', facts, by: new Map() }
}

test('equal is never written, and different always is', () => {
  assert.is(everything().length, 4 * 5 * 5)
  for (const { desired, observed, decision } of everything()) {
    const quiet = decision.action === 'keep' || decision.action === 'adopt'
    assert.is(quiet, JSON.stringify(sorted(desired)) === JSON.stringify(observed && sorted(observed)))
    assert.is(quiet, decision.edits.length === 0)
  }
})

test('an absent resource is created, or recovered when it was applied as it is declared', () => {
  for (const { desired, observed, last, decision } of everything().filter((combination) => combination.observed === undefined)) {
    assert.is(observed, undefined)
    assert.is(decision.action, last === desired ? 'recover' : 'create')
    assert.ok(decision.edits.every((edit) => edit.cause === (last === desired ? 'drifted' : 'declared')))
  }
})

test('without a state a difference is unexplained, never drift', () => {
  for (const { decision } of everything().filter(({ observed, last }) => observed !== undefined && last === undefined))
    assert.ok(decision.edits.every((edit) => edit.cause === 'unexplained') && decision.action !== 'repair')
})

test('the cause is declared when the live value is as applied, drifted when the desired value is, both otherwise', () => {
  const cause = (desired: number, observed: number, last: number) =>
    decide({
      desired: { days: desired },
      observed: observation({ days: observed }),
      last: { days: last },
      origins: new Map([['/days', at]]),
      replaceOnly: [],
    }).edits[0]?.cause
  assert.is(cause(2, 1, 1), 'declared')
  assert.is(cause(1, 2, 1), 'drifted')
  assert.is(cause(1, 2, 3), 'both')
})

test('a change that only repairs drift elsewhere is drift without a writer', () => {
  const by = new Map([['/annotation', { manager: 'helm' }]])
  const question = { desired: { annotation: 'A.1', days: 1 }, origins: new Map(), replaceOnly: [], repairPointers: ['/annotation'] }
  const decided = (observed: FactMap, last: FactMap | undefined) =>
    decide({ ...question, observed: { is: 'present', facts: observed, by }, last })
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

test('under another encryption key a changed value is declared: the recorded fingerprint matches no other', () => {
  const [before, live, desired] = [`aaaaaaaa:${'1'.repeat(64)}`, `bbbbbbbb:${'2'.repeat(64)}`, `bbbbbbbb:${'3'.repeat(64)}`]
  const { edits } = decide({
    desired: { key: desired },
    observed: observation({ key: live }),
    last: { key: before },
    origins: new Map(),
    replaceOnly: [],
  })
  assert.is(edits[0]?.cause, 'declared')
})

test('a change of a replace-only field is a replacement', () => {
  for (const { desired, observed, decision } of everything().filter(({ observed }) => observed !== undefined))
    assert.is(decision.action === 'replace', desired.type !== observed?.type)
})

test('an edit has the writer and the origin of the longest prefix of its field', () => {
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
