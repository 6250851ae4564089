import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { withoutImplied } from '../../../../../src/kinds/release/objects/impliedEdits.ts'

test('the order of a list is an edit of its own only when declared elements changed places', () => {
  const desired = { envFrom: { a: {}, b: {} }, 'envFrom (order)': 'a, b' }
  const implied = (from: string) => withoutImplied([{ pointer: '/envFrom (order)', from, to: 'a, b' }], desired).length === 0
  assert.ok(implied('a, undeclared, b'))
  assert.not(implied('b, a'))
  assert.not(implied('a'))
})

test.run()
