import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { editsBetween, withoutImplied } from '../../../../../src/kinds/release/objects/edits.ts'
import { differences } from '../../../../../src/plan/diff.ts'
import { canonicalJson, type FactMap } from '../../../../../src/values/json.ts'

const key = fc.constantFrom('a', 'b', 'x/y', '[0]')
const facts = fc.letrec<{ map: FactMap; value: FactMap | string | number }>((tie) => ({
  map: fc.dictionary(key, tie('value'), { maxKeys: 3, noNullPrototype: true }) as fc.Arbitrary<FactMap>,
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom('p', 'q', 1), tie('map')),
})).map

test('there is an edit exactly where the canonical JSON differs, and it is the plan’s', () => {
  fc.assert(
    fc.property(facts, facts, (seen, wanted) => {
      const edits = editsBetween(seen, wanted)
      assert.is(edits.length === 0, canonicalJson(seen) === canonicalJson(wanted))
      const pointers = edits.map((one) => one.pointer).sort()
      const planned = differences(seen, wanted).map((one) => one.pointer)
      for (const one of planned) assert.ok(pointers.includes(one), `${one} in ${pointers}`)
    }),
    { seed: 7, numRuns: 500 },
  )
})

test('the order of a list changes by itself only when its own elements change places', () => {
  const wanted = { envFrom: { a: {}, b: {} }, 'envFrom (order)': 'a, b' }
  const implied = (from: string) => withoutImplied([{ pointer: '/envFrom (order)', from, to: 'a, b' }], wanted).length === 0
  assert.ok(implied('a, stranger, b'))
  assert.not(implied('b, a'))
  assert.not(implied('a'))
})

test.run()
