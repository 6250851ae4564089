import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sequenceDiff } from '../../../../src/report/format/sequenceDiff.ts'

const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

test('without the added runs it is the first sequence, without the removed ones the second', () => {
  fc.assert(
    fc.property(items, items, (from, to) => {
      const runs = sequenceDiff(from, to)
      const without = (sort: string) => runs.filter(({ is }) => is !== sort).flatMap((run) => run.items)
      assert.equal([without('added'), without('removed')], [from, to])
    }),
  )
})

test('as much as possible is common, and removed items come before added ones', () => {
  const runs = sequenceDiff([...'abcdef'], [...'abXdef'])
  assert.equal(
    runs.map(({ is, items: of }) => `${is} ${of.join('')}`),
    ['same ab', 'removed c', 'added X', 'same def'],
  )
})

test('sequences that are too long to compare are replaced between their common ends', () => {
  const long = (sign: string) => ['begin', ...Array.from({ length: 3000 }, (_, i) => `${sign}${i}`), 'end']
  const runs = sequenceDiff(long('a'), long('b'))
  assert.equal(
    runs.map(({ is, items: of }) => [is, of.length]),
    [
      ['same', 1],
      ['removed', 3000],
      ['added', 3000],
      ['same', 1],
    ],
  )
})

test.run()
