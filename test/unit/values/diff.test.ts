import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { additions, type Difference, differences } from '../../../src/values/diff.ts'
import { canonicalJson, type FactMap, type FactValue, isMap, segments } from '../../../src/values/json.ts'

const keys = fc.constantFrom('a', 'b', 'a.b', 'a/b', '~', '', '0', '[0]', '$', 'env (order)', '__proto__x', 'groundcrew.dev/secrets')
const { facts } = fc.letrec<{ value: FactValue; facts: FactMap }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, fc.string({ maxLength: 3 }), fc.integer(), fc.boolean(), fc.constant(null), tie('facts')),
  facts: fc.dictionary(keys, tie('value'), { maxKeys: 4 }).map((map) => ({ ...map })),
}))

test('there is no difference exactly when the canonical JSON is equal', () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => (differences(a, b).length === 0) === (canonicalJson(a) === canonicalJson(b))),
    { numRuns: 3000 },
  )
})

test('the differences, applied to one side, yield the other; maps left empty do not count', () => {
  const isYielded = (a: FactMap, b: FactMap) =>
    canonicalJson(withoutEmpty(applied(differences(a, b), a))) === canonicalJson(withoutEmpty(b))
  fc.assert(fc.property(facts, facts, isYielded), { numRuns: 2000 })
  fc.assert(
    fc.property(facts, keys, facts, (a, key, inner) => isYielded(a, { ...a, [key]: inner })),
    { numRuns: 1000 },
  )
})

test('a copy has no differences, whatever the order of its keys', () => {
  fc.assert(fc.property(facts, (a) => differences(a, Object.fromEntries(Object.entries(a).reverse())).length === 0))
})

test('each side of a difference is the value there', () => {
  assert.equal(differences({ a: { 'x/y': 1, removed: null }, same: true }, { a: { 'x/y': '1' }, same: true, map: { b: 2 } }), [
    { pointer: '/a/removed', from: null, to: undefined },
    { pointer: '/a/x~1y', from: 1, to: '1' },
    { pointer: '/map/b', from: undefined, to: 2 },
  ])
})

test('from nothing, every leaf is added, an empty map included', () => {
  assert.equal(
    additions({ b: { c: 1 }, a: {} }).map((addition) => addition.pointer),
    ['/a', '/b/c'],
  )
})

type Editable = { [key: string]: FactValue | Editable }

/** Applies differences as their definition says, without the code under test: removals first, they make room for maps. */
function applied(edits: readonly Difference[], to: FactMap): FactMap {
  const copy = structuredClone(to) as Editable
  const isRemoval = (edit: Difference) => edit.to === undefined
  for (const edit of [...edits.filter(isRemoval), ...edits.filter((edit) => !isRemoval(edit))]) {
    const path = segments(edit.pointer)
    let parent = copy
    for (const key of path.slice(0, -1))
      parent = (Object.hasOwn(parent, key) ? parent : Object.assign(parent, { [key]: {} }))[key] as Editable
    const last = path.at(-1) as string
    if (edit.to === undefined) delete parent[last]
    else parent[last] = edit.to
  }
  return copy as FactMap
}

function withoutEmpty(map: FactMap): FactMap {
  const entries = Object.entries(map).map(([key, value]) => [key, isMap(value) ? withoutEmpty(value as FactMap) : value] as const)
  return Object.fromEntries(entries.filter(([, value]) => !isMap(value) || Object.keys(value).length > 0))
}

test.run()
