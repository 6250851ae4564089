import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { newestReady } from '../../../src/values/newestPods.ts'

test('old pods that stay ready while a new one never is are no progress', () => {
  assert.is(newestReady({ all: 4, updated: 1, ready: 3 }), 0)
  assert.is(newestReady({ all: 4, updated: 2, ready: 3 }), 1)
  assert.is(newestReady({ all: 3, updated: 3, ready: 3 }), 3)
})

test('before the controller has looked, and while pods go, it is never more than there are nor less than none', () => {
  assert.is(newestReady({ all: 0, updated: 0, ready: 0 }), 0)
  assert.is(newestReady({ all: 5, updated: 3, ready: 1 }), 0)
  assert.is(newestReady({ all: 3, updated: 3, ready: 4 }), 3)
})

test.run()
