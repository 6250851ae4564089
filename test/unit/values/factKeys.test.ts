import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  byIndex,
  listOfOrderKey,
  numberDuplicates,
  orderKey,
  orderText,
  parseOrder,
  parsePath,
  showPointer,
  withoutNumber,
} from '../../../src/values/factKeys.ts'
import { pointer } from '../../../src/values/json.ts'

test('a pointer is shown as users write it', () => {
  assert.is(showPointer('/values/server/podAnnotations/groundcrew.dev~1secrets'), 'values.server.podAnnotations[groundcrew.dev/secrets]')
  assert.is(showPointer('/args/[0]/env (order)'), 'args[0][env (order)]')
})

test('a duplicate key gets a number, which can be taken off again', () => {
  const numbered = numberDuplicates(['A', 'B', 'A', 'A'])
  assert.equal(numbered, ['A', 'B', 'A#2', 'A#3'])
  assert.equal(numbered.map(withoutNumber), ['A', 'B', 'A', 'A'])
})

test('elements of a list are keyed by index', () => {
  assert.equal(byIndex(['a', 'b']), { '[0]': 'a', '[1]': 'b' })
})

test('the key of an order names its list, and no other key does', () => {
  assert.is(listOfOrderKey(orderKey('envFrom')), 'envFrom')
  assert.is(listOfOrderKey('envFrom'), undefined)
  assert.equal(parseOrder(orderText(['a', 'b'])), ['a', 'b'])
})

test('a shown path is parsed into the segments it was shown from', () => {
  const segment = fc.stringMatching(/^[a-z]{1,4}([./][a-z]{1,3})?$/)
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1, maxLength: 4 }), (path) => {
      assert.equal(parsePath(showPointer(pointer(...path))), path)
    }),
  )
  assert.equal(parsePath('spec.metrics[[0]].type'), ['spec', 'metrics', '[0]', 'type'])
})

test.run()
