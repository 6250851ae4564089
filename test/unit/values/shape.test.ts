import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hasShape, isNumber, isText, listOf, malformedField, oneOf, optional } from '../../../src/values/shape.ts'

const SHAPE = { name: isText, size: optional(isNumber), tags: listOf(isText), mode: oneOf('on', 'off') }
const valid = { name: 'a', tags: ['b'], mode: 'on' }

test('a map with the fields has the shape, whatever other fields it has', () => {
  for (const value of [valid, { ...valid, size: 1 }, { ...valid, other: null }]) assert.is(malformedField(value, SHAPE), undefined)
})

test('the first missing or malformed field is named', () => {
  assert.is(malformedField({}, SHAPE), 'name')
  assert.is(malformedField({ ...valid, size: '1' }, SHAPE), 'size')
  assert.is(malformedField({ ...valid, size: null }, SHAPE), 'size')
  assert.is(malformedField({ ...valid, tags: [1] }, SHAPE), 'tags')
  assert.is(malformedField({ ...valid, tags: { length: 0 } }, SHAPE), 'tags')
  assert.is(malformedField({ ...valid, mode: 'other' }, SHAPE), 'mode')
})

test('only a map has a shape', () => {
  for (const value of [null, undefined, 7, 'a', [valid]]) {
    assert.is(malformedField(value, SHAPE), '')
    assert.is(hasShape(SHAPE)(value), false)
  }
})

test.run()
