import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { defaultCacheDir } from '../../../src/world/cacheDir.ts'

test('the cache folder follows XDG_CACHE_HOME', () => {
  assert.is(defaultCacheDir({ XDG_CACHE_HOME: '/x' }, '/home/me'), '/x/groundcrew')
  assert.is(defaultCacheDir({ XDG_CACHE_HOME: 'relative' }, '/home/me'), '/home/me/.cache/groundcrew')
  assert.is(defaultCacheDir({}, '/home/me'), '/home/me/.cache/groundcrew')
})

test.run()
