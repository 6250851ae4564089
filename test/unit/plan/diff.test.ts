import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { additions, differences, showPointer } from '../../../src/plan/diff.ts'
import { canonicalJson, type FactMap, type FactValue } from '../../../src/values/json.ts'

const keys = fc.constantFrom('a', 'b', 'a.b', 'a/b', '~', '', '0', '$', '__proto__x', 'groundcrew.dev/secrets')
const { facts } = fc.letrec<{ value: FactValue; facts: FactMap }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.string({ maxLength: 3 }), fc.integer(), fc.boolean(), fc.constant(null), tie('facts')),
  facts: fc.dictionary(keys, tie('value'), { maxKeys: 4 }).map((it) => ({ ...it })),
}))

test('the difference is empty exactly when the canonical JSON is equal', () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => (differences(a, b).length === 0) === (canonicalJson(a) === canonicalJson(b))),
    { numRuns: 3000 },
  )
})

test('a copy differs in nothing, whatever the order of its keys', () => {
  fc.assert(fc.property(facts, (a) => differences(a, Object.fromEntries(Object.entries(a).reverse())).length === 0))
})

test('each side of a difference is what stands there', () => {
  assert.equal(differences({ a: { 'x/y': 1, gone: null }, same: true }, { a: { 'x/y': '1' }, same: true, map: { b: 2 } }), [
    { pointer: '/a/gone', from: null, to: undefined },
    { pointer: '/a/x~1y', from: 1, to: '1' },
    { pointer: '/map/b', from: undefined, to: 2 },
  ])
})

test('from nothing, every leaf is added, an empty map included', () => {
  assert.equal(
    additions({ b: { c: 1 }, a: {} }).map((d) => d.pointer),
    ['/a', '/b/c'],
  )
})

test('a pointer reads as people write it', () => {
  assert.is(showPointer('/values/server/podAnnotations/groundcrew.dev~1secrets'), 'values.server.podAnnotations[groundcrew.dev/secrets]')
})

test.run()
