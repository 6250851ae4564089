import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sequenceDiff } from '../../../../src/report/format/sequenceDiff.ts'

const items = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

test('without what comes it is the one sequence, without what goes the other', () => {
  fc.assert(
    fc.property(items, items, (from, to) => {
      const runs = sequenceDiff(from, to)
      const without = (sort: string) => runs.filter(({ is }) => is !== sort).flatMap((run) => run.items)
      assert.equal([without('added'), without('removed')], [from, to])
    }),
  )
})

test('as much as possible stays, and what goes stands before what comes in its place', () => {
  const runs = sequenceDiff([...'abcdef'], [...'abXdef'])
  assert.equal(
    runs.map(({ is, items: of }) => `${is} ${of.join('')}`),
    ['same ab', 'removed c', 'added X', 'same def'],
  )
})

test('what is too long to be compared in every way is replaced as a whole, between its common ends', () => {
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
