import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { didYouMean, editDistance } from '../../../src/values/didYouMean.ts'

const keys = ['serverDomain', 'uploadsUrl', 'expireAfterDays', 'noncurrentDays', 'accessKey', 'secretKey', 'tls']

test('typos, other cases and omitted parts are recognized', () => {
  assert.is(didYouMean('serverDomian', keys), 'serverDomain')
  assert.is(didYouMean('server_domain', keys), 'serverDomain')
  assert.is(didYouMean('uploadURL', keys), 'uploadsUrl')
  assert.is(didYouMean('expireDays', keys), 'expireAfterDays')
  assert.is(didYouMean('domain', keys), 'serverDomain')
})

test('a word far from all, or close to several, has no suggestion', () => {
  for (const word of ['colour', 'days', 'key', '', 'hunter2', 'x'.repeat(10_000)])
    assert.is(didYouMean(word, keys), undefined, word.slice(0, 20))
})

test('a swap of adjacent characters is one edit', () => {
  assert.equal([editDistance('evn', 'env'), editDistance('', 'abc'), editDistance('kitten', 'sitting')], [1, 3, 3])
})

test.run()
