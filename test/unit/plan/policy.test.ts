import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Cause, Edit, Impact } from '../../../src/kinds/kind.ts'
import { NO_IMPACT } from '../../../src/kinds/kind.ts'
import { type Action, isWrite, type Plan, type PlannedChange } from '../../../src/plan/plan.ts'
import { selectUnattended } from '../../../src/plan/policy.ts'
import { type Address, address } from '../../../src/values/address.ts'
import { POLICIES, type Policy } from '../../../src/values/policy.ts'

const ACTIONS: readonly Action[] = ['create', 'recover', 'update', 'repair', 'replace', 'remove', 'forget', 'adopt', 'keep', 'blocked']
const CAUSES: readonly Cause[] = ['declared', 'drifted', 'both', 'unexplained']
const MAY: { readonly [P in Policy]: readonly Cause[] } = {
  none: [],
  declared: ['declared'],
  drifted: ['drifted'],
  all: ['declared', 'drifted', 'both', 'unexplained'],
}

const thing = (name: string) => address('thing', name)
const edit = (cause: Cause): Edit => ({ pointer: '/x', from: 1, to: 2, cause })
const refusal = { code: 'r', summary: 'Refused.', remedy: 'Allow it.', consent: '--allow-it' }
const risk = { address: thing('a'), what: 'it would be lost' }

function change(name: string, action: Action, causes: readonly Cause[], rest: Partial<PlannedChange> = {}): PlannedChange {
  return { address: thing(name), action, edits: causes.map(edit), impact: NO_IMPACT, after: [], ...rest }
}

const plan = (...changes: readonly PlannedChange[]): Plan => ({ changes, findings: [], problems: [], uncheckedCount: 0 })
const names = (changes: readonly PlannedChange[]) => changes.map((one) => one.address.replace('thing/', ''))

test('each action with each cause under each policy', () => {
  for (const policy of POLICIES)
    for (const action of ACTIONS)
      for (const cause of CAUSES) {
        const { changes, skipped: leftOut } = selectUnattended(plan(change('a', action, [cause])), policy)
        const allowed = ['create', 'recover', 'update', 'repair'].includes(action) && MAY[policy].includes(cause)
        assert.is(changes.length, allowed ? 1 : 0, `${policy} ${action} ${cause}`)
        assert.is(leftOut.length, isWrite(action) && !allowed ? 1 : 0, `${policy} ${action} ${cause}`)
      }
})

test('a change with two causes needs a policy that covers both; the reason is the uncovered one', () => {
  for (const policy of POLICIES)
    for (const one of CAUSES)
      for (const other of CAUSES) {
        const { changes, skipped: leftOut } = selectUnattended(plan(change('a', 'update', [one, other])), policy)
        const missing = [one, other].find((cause) => !MAY[policy].includes(cause))
        assert.is(changes.length, missing === undefined ? 1 : 0, `${policy} ${one} ${other}`)
        assert.equal(
          leftOut.map(({ why }) => why),
          missing === undefined ? [] : [{ is: 'policy', cause: missing }],
        )
      }
})

test('a resource without facts is declared when it is new and drifted when it was deleted', () => {
  const of = (policy: Policy) => names(selectUnattended(plan(change('new', 'create', []), change('gone', 'recover', [])), policy).changes)
  assert.equal(of('none'), [])
  assert.equal(of('declared'), ['new'])
  assert.equal(of('drifted'), ['gone'])
  assert.equal(of('all'), ['new', 'gone'])
})

test('data at risk and refused changes are skipped under every policy', () => {
  const impacts: readonly Impact[] = [
    { ...NO_IMPACT, dataAtRisk: [risk] },
    { ...NO_IMPACT, refusals: [refusal] },
  ]
  for (const policy of POLICIES)
    for (const impact of impacts)
      for (const action of ACTIONS.filter(isWrite))
        for (const cause of CAUSES) {
          const { changes, skipped: leftOut } = selectUnattended(
            plan(change('a', action, [cause], { impact })),
            policy,
            new Set([thing('a')]),
          )
          assert.equal(changes, [])
          assert.is(leftOut.length, 1)
        }
})

test('a refusal has the flag that allows it', () => {
  const [left] = selectUnattended(
    plan(change('a', 'update', ['declared'], { impact: { ...NO_IMPACT, refusals: [refusal] } })),
    'all',
  ).skipped
  assert.equal(left?.why, { is: 'refused', summary: 'Refused.', consent: '--allow-it' })
})

test('a dependent of a skipped change is skipped, also through unchanged resources', () => {
  const { changes, skipped: leftOut } = selectUnattended(
    plan(
      change('a', 'replace', ['declared']),
      change('b', 'keep', [], { after: [thing('a')] }),
      change('c', 'update', ['declared'], { after: [thing('b')] }),
      change('d', 'create', ['declared'], { after: [thing('c')] }),
      change('alone', 'create', ['declared']),
    ),
    'all',
  )
  assert.equal(names(changes), ['alone'])
  assert.equal(
    leftOut.map(({ change: { address: it }, why }) => [it, why.is === 'depends' ? why.on : why.is]),
    [
      ['thing/a', 'action'],
      ['thing/c', 'thing/a'],
      ['thing/d', 'thing/c'],
    ],
  )
})

test('the daemon finishes a change that it began, whatever the rest of it looks like', () => {
  const all = plan(change('mine', 'repair', ['drifted']), change('other', 'repair', ['drifted']))
  const unfinished = new Set([thing('mine')])
  assert.equal(names(selectUnattended(all, 'declared', unfinished).changes), ['mine'])
  assert.equal(names(selectUnattended(all, 'none', unfinished).changes), [])
})

test('property: every write is selected or skipped; no selected one is forbidden or depends on a skipped one', () => {
  const at = (i: number): Address => thing(`t${i}`)
  const generated = fc.record({
    action: fc.constantFrom(...ACTIONS),
    causes: fc.array(fc.constantFrom(...CAUSES), { maxLength: 3 }),
    risky: fc.boolean(),
    refused: fc.boolean(),
    after: fc.array(fc.nat(20), { maxLength: 3 }),
  })
  const build = (generatedChanges: readonly (typeof generated extends fc.Arbitrary<infer T> ? T : never)[]) =>
    plan(
      ...generatedChanges.map(({ action, causes, risky, refused, after }, i) =>
        change(`t${i}`, action, causes, {
          after: after.filter((j) => j < i).map(at),
          impact: { ...NO_IMPACT, dataAtRisk: risky ? [risk] : [], refusals: refused ? [refusal] : [] },
        }),
      ),
    )
  let [selectedCount, skippedCount] = [0, 0]
  fc.assert(
    fc.property(fc.array(generated, { maxLength: 12 }), fc.constantFrom(...POLICIES), (generatedChanges, policy) => {
      const whole = build(generatedChanges)
      const { changes, skipped } = selectUnattended(whole, policy)
      const writes = whole.changes.filter(({ action }) => isWrite(action)).map(({ address }) => address)
      const selectedAddresses = new Set(changes.map(({ address }) => address))
      const skippedAddresses = new Set(skipped.map((entry) => entry.change.address))
      assert.equal([...selectedAddresses, ...skippedAddresses].sort(), [...writes].sort())
      for (const selected of changes) {
        assert.ok(!['remove', 'replace'].includes(selected.action))
        assert.equal([selected.impact.dataAtRisk, selected.impact.refusals], [[], []])
        for (const { cause } of selected.edits) assert.ok(MAY[policy].includes(cause))
        for (const other of dependenciesOf(whole, selected)) assert.not.ok(skippedAddresses.has(other))
      }
      selectedCount += changes.length
      skippedCount += skipped.length
    }),
    { seed: 20_261_124, numRuns: 500 },
  )
  assert.ok(selectedCount > 50 && skippedCount > 500, `${selectedCount} selected, ${skippedCount} skipped`)
})

/** Everything that a change depends on, directly or not. */
function dependenciesOf(whole: Plan, change: PlannedChange): Address[] {
  return change.after.flatMap((dependency) => [
    dependency,
    ...whole.changes.filter(({ address }) => address === dependency).flatMap((other) => dependenciesOf(whole, other)),
  ])
}

test.run()
