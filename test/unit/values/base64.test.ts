import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { fromBase64, toBase64 } from '../../../src/values/base64.ts'

const b64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')

test('text is decoded', () => {
  assert.is(fromBase64(Buffer.from('grüße').toString('base64')), 'grüße')
  assert.is(fromBase64(''), '')
})

test('bytes that are not text stay distinguishable, and are restored exactly', () => {
  assert.is.not(fromBase64(b64(0, 255)), fromBase64(b64(0, 254)))
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const base64 = Buffer.from(bytes).toString('base64')
      assert.is(toBase64(fromBase64(base64)), base64)
    }),
    { seed: 5 },
  )
})

test.run()
