import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { COLORED, PLAIN } from '../../../../src/report/format/style.ts'
import { shortValue, showValue, valueChange } from '../../../../src/report/format/valueText.ts'
import { visibleLength } from '../../../../src/report/format/wrap.ts'

const change = (from: string, to: string, room = 60) => valueChange(from, to, room, PLAIN).join('\n')

test('short values are printed on one line', () => {
  assert.is(change('off', 'enabled'), 'off -> enabled')
  assert.is(change('', 'two words'), '"" -> "two words"')
})

test('long values are printed with the difference marked, and the unchanged text shortened', () => {
  const url = (mode: string) =>
    `postgres://reader@db.example.com:5432/spacelift?sslmode=${mode}&statement_cache_capacity=0&application_name=spacelift`
  assert.is(change(url('disable'), url('verify-full')), '…/spacelift?sslmode=[-disable-]{+verify-full+}&…')
  assert.is(
    change('registry.example.com/spacelift/backend:v3.0.0', 'registry.example.com/spacelift/backend:v3.0.1'),
    'registry.example.com/spacelift/backend:[-v3.0.0-]{+v3.0.1+}',
  )
})

test('an insertion into a long value, or a removal, is marked as well', () => {
  const list = (...names: string[]) => ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', ...names, 'svc.cluster.local'].join(',')
  assert.is(change(list(), list('example.com')), '…/12,192.168.0.0/16,{+example.com,+}svc.cluster.local')
  assert.is(change(list('example.com'), list()), '…/12,192.168.0.0/16,[-example.com,-]svc.cluster.local')
})

test('long values with little in common are printed one after the other, with their lengths', () => {
  assert.is(
    change('a'.repeat(70), 'b'.repeat(90)),
    `${'a'.repeat(24)}…${'a'.repeat(15)} (70 characters)\n-> ${'b'.repeat(24)}…${'b'.repeat(15)} (90 characters)`,
  )
})

test('of multi-line texts the lines that differ are printed, with some context', () => {
  const config = (port: number) => ['server:', `  port: ${port}`, ...['a', 'b', 'c', 'd', 'e'].map((key) => `  ${key}: 1`)].join('\n')
  assert.fixture(
    change(config(80), config(8080)),
    `  server:
-   port: 80
+   port: 8080
    a: 1
    b: 1
  … 3 unchanged lines`,
  )
})

test('a single long value is truncated, with its length', () => {
  assert.is(shortValue('x'.repeat(300), 60), `${'x'.repeat(26)}…${'x'.repeat(16)} (300 characters)`)
  assert.match(shortValue('a\nb\nc'.padEnd(200, 'c'), 40), /…c+" \(3 lines\)$/)
})

test('control characters of live objects are escaped', () => {
  assert.is(showValue('a\u001b[2Jb'), '"a\\u001b[2Jb"')
  assert.is(showValue('admin\u202enimda'), '"admin\\u202enimda"')
  assert.is(showValue('\u009b31m'), '"\\u009b31m"')
  const hostile = fc.string({ unit: fc.constantFrom('a', '/', '\u001b', '\u009b', '\u202e', '\n', '\r', ' ') })
  fc.assert(
    fc.property(hostile, hostile, (from, to) => {
      const told = [...valueChange(from, to, 30, PLAIN), shortValue(from, 30)].join('')
      assert.not.match(told, /[\p{Cc}\p{Cf}]/u)
    }),
  )
})

test('truncation never hides a difference, and different values never look the same', () => {
  const ends = ['a'.repeat(60), 'z'.repeat(60)] as const
  assert.match(change(`${ends[0]}${'b'.repeat(400)}${ends[1]}`, `${ends[0]}${'c'.repeat(400)}${ends[1]}`), /\[-b+…b+-\]\{\+c+…c+\+\}/)
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', ' '), maxLength: 200 })
  fc.assert(
    fc.property(word, word, word, word, (head, from, to, tail) => {
      fc.pre(from !== to)
      const lines = valueChange(`${head}${from}${tail}`, `${head}${to}${tail}`, 60, PLAIN)
      const text = lines.join('\n')
      if (/\[-|\{\+/.test(text)) {
        const [, gone, come] = /\[-(.*?)-\]\{\+(.*?)\+\}/.exec(text) ?? []
        assert.ok(gone === undefined || gone !== come)
      } else assert.is.not(text.split(' -> ')[0], text.split(' -> ')[1])
    }),
  )
})

test('colours do not change the text', () => {
  const [plain, coloured] = [PLAIN, COLORED].map((style) =>
    valueChange('a/b/c/'.repeat(9), `${'a/b/c/'.repeat(8)}a/x/c/`, 60, style).join('\n'),
  )
  assert.is.not(plain, coloured)
  assert.is(visibleLength(coloured ?? ''), plain?.length)
})

test.run()
