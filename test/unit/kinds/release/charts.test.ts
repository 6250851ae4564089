import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Chart } from '../../../../src/installation/installation.ts'
import { chartFindings, hasDifferentDigest, readCharts, withChart } from '../../../../src/kinds/release/charts.ts'
import { address } from '../../../../src/values/address.ts'

const chart = (version: string, digest: string, more: Partial<Chart> = {}): Chart => ({
  ...{ name: 'spacelift', version, digest, source: { path: '/c' }, isFolder: false, isUnpinned: false },
  ...more,
})
const after = (...all: Chart[]) => all.reduce((known, one) => readCharts(withChart(known, one)), {})
const WHERE = address('release', 'spacelift', 'spacelift')

test('a version is remembered by its first content, beside other versions', () => {
  const known = after(chart('1.0.0', 'a'), chart('2.0.0', 'b'))
  assert.not(hasDifferentDigest(known, chart('1.0.0', 'a')))
  assert.ok(hasDifferentDigest(known, chart('1.0.0', 'b')))
  assert.not(hasDifferentDigest(known, chart('3.0.0', 'c')))
})

test('a folder is distinguished from its package', () => {
  assert.not(hasDifferentDigest(after(chart('1.0.0', 'a')), chart('1.0.0', 'b', { isFolder: true })))
})

test('a state without bookkeeping, or with something else, blocks nothing', () => {
  assert.equal(readCharts(undefined), {})
  assert.equal(readCharts({ charts: { one: 1, two: 'b' } }), { two: 'b' })
  assert.not(hasDifferentDigest({}, chart('1.0.0', 'a')))
})

test('an unpinned version, and changed content, are findings', () => {
  const codes = (one: Chart) => chartFindings(WHERE, one, after(chart('1.0.0', 'a'))).map(({ code }) => code)
  assert.equal(codes(chart('1.0.0', 'a')), [])
  assert.equal(codes(chart('1.0.0', 'b', { isUnpinned: true })), ['chart/other-content', 'chart/unpinned'])
})

test.run()
