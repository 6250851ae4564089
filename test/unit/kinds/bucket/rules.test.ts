import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { rulesToWrite } from '../../../../src/kinds/bucket/desiredRules.ts'
import { entriesOf, ruleFacts } from '../../../../src/kinds/bucket/rules.ts'
import { canonicalJson } from '../../../../src/values/json.ts'
import type { LifecycleRule } from '../../../../src/world/ports/objectStore.ts'

const EVERYTHING = { prefix: '', tags: {} }
const expire = (days: number, id = 'x'): LifecycleRule => ({ id, enabled: true, filter: EVERYTHING, expiration: { days } })

const days = fc.integer({ min: 1, max: 4 })
const filter = fc.record({
  prefix: fc.constantFrom('', 'logs/', '2024', ' a: b'),
  tags: fc.constantFrom({}, { a: '1' }, { a: '1', b: '2' }),
})
const action = fc.oneof(
  fc.record({ expiration: fc.record({ days }) }),
  fc.record({ noncurrentExpiration: fc.record({ days, newerVersions: days }) }),
  fc.record({ transition: fc.record({ days, storageClass: fc.constantFrom('COLD', 'WARM') }) }),
  fc.record({ expiration: fc.record({ days }), noncurrentExpiration: fc.record({ days }) }),
)
const rule: fc.Arbitrary<LifecycleRule> = fc
  .tuple(fc.record({ id: fc.string(), enabled: fc.boolean(), filter }), action)
  .map(([head, what]) => ({ ...head, ...what }))

test('the same rules give the same facts, whatever their order and ids', () => {
  fc.assert(
    fc.property(fc.array(rule), fc.func(fc.string()), fc.func(fc.nat()), (rules, name, at) => {
      const shuffled = rules.map((one, i) => ({ ...one, id: name(i) })).sort((a, b) => at(a) - at(b))
      assert.is(canonicalJson(ruleFacts(shuffled)), canonicalJson(ruleFacts(rules)))
    }),
  )
})

test('a rule with two actions is the same as two rules', () => {
  const both: LifecycleRule = { ...expire(3), noncurrentExpiration: { days: 7 } }
  const apart = [expire(3, 'a'), { id: 'b', enabled: true, filter: EVERYTHING, noncurrentExpiration: { days: 7 } }]
  assert.equal(ruleFacts([both]), ruleFacts(apart))
})

test('no rule hides another: there are as many facts as actions', () => {
  fc.assert(fc.property(fc.array(rule), (rules) => assert.is(Object.keys(ruleFacts(rules)).length, rules.flatMap(entriesOf).length)))
})

test('different rules give different facts', () => {
  fc.assert(
    fc.property(fc.array(rule), fc.array(rule), (a, b) => {
      const entries = (rules: readonly LifecycleRule[]) => rules.flatMap(entriesOf).map(canonicalJson).sort()
      assert.is(canonicalJson(ruleFacts(a)) === canonicalJson(ruleFacts(b)), canonicalJson(entries(a)) === canonicalJson(entries(b)))
    }),
  )
})

test('keys are readable', () => {
  const rules: LifecycleRule[] = [
    expire(60),
    expire(1),
    { id: '', enabled: false, filter: { prefix: 'logs/', tags: {} }, noncurrentExpiration: { days: 7, newerVersions: 2 } },
    {
      id: '',
      enabled: true,
      filter: { prefix: ' x', tags: { team: 'a b' }, sizeGreaterThan: 5 },
      expiration: { date: '2030-01-01T00:00:00Z' },
    },
    { id: '', enabled: true, filter: EVERYTHING, expiration: { expiredObjectDeleteMarker: true } },
    { id: '', enabled: true, filter: EVERYTHING, expiration: { days: 2, expiredObjectAllVersions: true } },
    { id: '', enabled: true, filter: EVERYTHING, transition: { days: 0, storageClass: 'COLD' } },
    { id: '', enabled: true, filter: EVERYTHING, noncurrentTransition: { days: 1, storageClass: 'COLD' } },
    { id: '', enabled: true, filter: EVERYTHING, delMarkerExpiration: { days: 9 } },
    { id: '', enabled: true, filter: EVERYTHING, other: { AbortIncompleteMultipartUpload: '{"DaysAfterInitiation":"1"}' } },
    { id: '', enabled: true, filter: EVERYTHING },
  ]
  assert.equal(ruleFacts(rules), {
    'all objects: expire current versions': { enabled: true, days: 1 },
    'all objects: expire current versions#2': { enabled: true, days: 60 },
    'prefix logs/: expire noncurrent versions': { enabled: false, days: 7, keepNewest: 2 },
    'prefix " x", tag team="a b", larger than 5 bytes: expire current versions': { enabled: true, date: '2030-01-01T00:00:00Z' },
    'all objects: remove delete markers with nothing behind them': { enabled: true },
    'all objects: expire all versions': { enabled: true, days: 2 },
    'all objects: move current versions': { enabled: true, days: 0, storageClass: 'COLD' },
    'all objects: move noncurrent versions': { enabled: true, days: 1, storageClass: 'COLD' },
    'all objects: expire deleted objects': { enabled: true, days: 9 },
    'all objects: AbortIncompleteMultipartUpload': { enabled: true, content: '{"DaysAfterInitiation":"1"}' },
    'all objects: do nothing': { enabled: true },
  })
})

test('the rules to write do exactly what is declared, whatever existed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...DECLARED), { selector: (one) => one.id }), fc.array(rule), (declared, there) => {
      const written = rulesToWrite(declared, there)
      assert.equal(ruleFacts(written), ruleFacts(declared))
      assert.is(new Set(written.map((one) => one.id)).size, written.length)
    }),
  )
})

const DECLARED: readonly LifecycleRule[] = [
  expire(3, 'expire-after-3-days'),
  { id: 'expire-noncurrent-after-2-days', enabled: true, filter: EVERYTHING, noncurrentExpiration: { days: 2 } },
]

test('an existing rule that is as declared keeps its id; a new one gets an unused id', () => {
  const noncurrent: LifecycleRule = { id: 'expire-after-3-days', enabled: true, filter: EVERYTHING, noncurrentExpiration: { days: 2 } }
  assert.equal(
    rulesToWrite(DECLARED, [expire(9, 'old'), noncurrent]).map((one) => one.id),
    ['expire-after-3-days', 'expire-after-3-days-2'],
  )
})

test.run()
