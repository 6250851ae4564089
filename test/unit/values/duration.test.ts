import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseDuration, showDuration } from '../../../src/values/duration.ts'

test('hours, minutes and seconds are parsed in this order', () => {
  assert.equal(['20m', '90s', '1h30m', '1h1m1s', '0s'].map(parseDuration), [1200, 90, 5400, 3661, 0])
})

test('anything else is refused', () => {
  for (const text of ['', '20', '20 m', 'm', '1m1h', '1.5h', '-1s', '1d', '20m ', '1h1h', '9999999s'])
    assert.is(parseDuration(text), undefined, text)
})

test('a shown duration is parsed back', () => {
  fc.assert(fc.property(fc.nat(3_000_000), (seconds) => parseDuration(showDuration(seconds)) === seconds))
})

test.run()
