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

test('a version is remembered by its first content, beside those of other versions', () => {
  const known = after(chart('1.0.0', 'a'), chart('2.0.0', 'b'))
  assert.not(hasDifferentDigest(known, chart('1.0.0', 'a')))
  assert.ok(hasDifferentDigest(known, chart('1.0.0', 'b')))
  assert.not(hasDifferentDigest(known, chart('3.0.0', 'c')))
})

test('a folder is not the package that is made of it', () => {
  assert.not(hasDifferentDigest(after(chart('1.0.0', 'a')), chart('1.0.0', 'b', { isFolder: true })))
})

test('a state that remembers nothing, or something else, hinders nobody', () => {
  assert.equal(readCharts(undefined), {})
  assert.equal(readCharts({ charts: { one: 1, two: 'b' } }), { two: 'b' })
  assert.not(hasDifferentDigest({}, chart('1.0.0', 'a')))
})

test('a version that nobody named, and other content, are told', () => {
  const codes = (one: Chart) => chartFindings(WHERE, one, after(chart('1.0.0', 'a'))).map(({ code }) => code)
  assert.equal(codes(chart('1.0.0', 'a')), [])
  assert.equal(codes(chart('1.0.0', 'b', { isUnpinned: true })), ['chart/other-content', 'chart/unpinned'])
})

test.run()
