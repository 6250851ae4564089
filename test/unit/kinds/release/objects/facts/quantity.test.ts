import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { quantity } from '../../../../../../src/kinds/release/objects/facts/quantity.ts'

test('equal quantities have one canonical form', () => {
  const groups = [
    ['1', '1000m', '1.0', '1e0', '1000000u'],
    ['500m', '0.5', '.5', '500000u'],
    ['1Gi', '1024Mi', '1073741824', '1048576Ki'],
    ['1G', '1000M', '1e9', '1E9'],
    ['0', '0m', '0Gi'],
    ['1500m', '1.5'],
  ]
  for (const [first = '', ...rest] of groups) for (const other of rest) assert.is(quantity(other), quantity(first), other)
  assert.is(new Set(groups.map(([first = '']) => quantity(first))).size, groups.length)
})

test('a text that is no quantity is unchanged', () => {
  for (const text of ['', 'auto', '25%', '1 Gi', 'm', '.']) assert.is(quantity(text), text)
})

test('a canonical form is its own canonical form, and the same amount', () => {
  const units = fc.constantFrom('', 'm', 'k', 'M', 'Ki', 'Mi', 'Gi')
  fc.assert(
    fc.property(fc.nat(100_000), units, (number, unit) => {
      const once = quantity(`${number}${unit}`)
      assert.is(quantity(once), once)
      assert.is(quantity(`${number * 1000}${unit}`), quantity(unit === '' ? `${number}k` : `${number}000${unit}`))
    }),
    { seed: 4 },
  )
})

test.run()
