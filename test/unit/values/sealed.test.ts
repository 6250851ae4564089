import { inspect } from 'node:util'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { FactMap } from '../../../src/values/json.ts'
import { Sealed } from '../../../src/values/sealed.ts'

const secret = Sealed.of('hunter2')

test('a sealed value prints, serializes, inspects and concatenates as (sealed)', () => {
  assert.is(`${secret}`, '(sealed)')
  assert.is(JSON.stringify({ secret }), '{"secret":"(sealed)"}')
  assert.is(inspect({ secret }, { showHidden: true, depth: 9 }).includes('hunter2'), false)
  assert.equal(Object.keys(secret), [])
})

test('a sealed value, a list or a function in facts does not compile', () => {
  // @ts-expect-error a secret must not become a fact
  const leaking: FactMap = { password: secret }
  // @ts-expect-error lists hide duplicates and order from a diff
  const listing: FactMap = { rules: ['a'] }
  // @ts-expect-error not data
  const running: FactMap = { run: () => 'a' }
  assert.ok(leaking && listing && running)
})

test('fingerprints are equal for equal values of one key, and differ between keys and resources', () => {
  const key = Buffer.alloc(32, 7)
  assert.is(secret.hmac(key, 'a'), Sealed.of('hunter2').hmac(key, 'a'))
  assert.is.not(secret.hmac(key, 'a'), secret.hmac(key, 'b'))
})

test.run()
