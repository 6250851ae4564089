import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { showSize } from '../../../src/values/size.ts'

test('a size is shown rounded, and exactly', () => {
  assert.equal([0, 5, 1023, 1024, 2 ** 30, 1_500_000_000, 2 ** 60].map(showSize), [
    '0 bytes',
    '5 bytes',
    '1023 bytes',
    '1 KiB',
    '1 GiB',
    '1.4 GiB (1500000000 bytes)',
    '1 EiB',
  ])
})

test.run()
