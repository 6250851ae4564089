import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { didYouMean, editDistance } from '../../../src/values/didYouMean.ts'

const keys = ['serverDomain', 'uploadsUrl', 'expireAfterDays', 'noncurrentDays', 'accessKey', 'secretKey', 'tls']

test('slips of the finger, other cases and left-out parts are recognised', () => {
  assert.is(didYouMean('serverDomian', keys), 'serverDomain')
  assert.is(didYouMean('server_domain', keys), 'serverDomain')
  assert.is(didYouMean('uploadURL', keys), 'uploadsUrl')
  assert.is(didYouMean('expireDays', keys), 'expireAfterDays')
  assert.is(didYouMean('domain', keys), 'serverDomain')
})

test('what is far from all, or near to several, is nothing', () => {
  for (const word of ['colour', 'days', 'key', '', 'hunter2', 'x'.repeat(10_000)])
    assert.is(didYouMean(word, keys), undefined, word.slice(0, 20))
})

test('a swap of neighbours is one edit', () => {
  assert.equal([editDistance('evn', 'env'), editDistance('', 'abc'), editDistance('kitten', 'sitting')], [1, 3, 3])
})

test.run()
