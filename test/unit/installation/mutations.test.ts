import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { parse } from '../../../src/installation/parse.ts'
import { renderProblems } from '../../../src/report/problemText.ts'

const full = readFileSync(new URL('valid/full.yaml', import.meta.url), 'utf8')
const CANARY = 'zqCanary7Rk9'
const spellings = [CANARY, ...base64(CANARY), Buffer.from(CANARY).toString('hex')]

const character = fc.oneof(fc.constantFrom(...'{}[]:,&*#!|>\'"%@`-?\t\n \\$~'), fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }))
const inText = fc
  .tuple(fc.nat(full.length), fc.nat(4), fc.oneof(fc.constant(''), character))
  .map(([at, cut, put]) => full.slice(0, at) + put + full.slice(at + cut))
const value = fc.oneof(fc.constantFrom(null, true, 0, -1, Number.POSITIVE_INFINITY, '', [], {}, [[]]), fc.jsonValue({ maxDepth: 2 }))
const inTree = fc
  .tuple(fc.nat(), fc.constantFrom('delete', 'duplicate', 'replace', 'rename'), value)
  .map(([which, how, put]) => mutate(which, how, put))

test('any mutation of a valid file gives an installation, or problems with places', () => {
  fc.assert(
    fc.property(fc.oneof(inText, inTree), (text) => {
      const parsed = parse(text, 'desired-state.yaml', '/srv/desired-state.yaml')
      if (!('problems' in parsed)) return
      assert.ok(parsed.problems.length > 0)
      const lines = text.split(/\r?\n|\r/).length
      for (const { at, summary, remedy } of parsed.problems) {
        assert.ok(at && at.line >= 1 && at.line <= lines && at.col >= 1, `${summary} at ${at?.line}:${at?.col} of ${lines} lines`)
        assert.ok(summary.length > 0 && remedy.length > 0)
      }
    }),
    { numRuns: 500 },
  )
})

test('what stands where it should not is never told: in clear, below misspelt keys, in broken YAML', () => {
  const leaf = /(: |\[|, )([^{}[\],\s:&*#][^{}[\],\n#]*)/g
  const places = [...full.matchAll(leaf)].map((found) => ({
    from: found.index + (found[1]?.length ?? 0),
    to: found.index + found[0].length,
  }))
  const planted = fc
    .tuple(fc.constantFrom(...places), fc.nat(full.length), fc.oneof(fc.constant(''), character), fc.constantFrom('', ': ', '"', "'", '\n'))
    .map(([{ from, to }, at, noise, around]) => {
      const text = full.slice(0, from) + around + CANARY + around + full.slice(to)
      return text.slice(0, at) + noise + text.slice(at)
    })
  fc.assert(fc.property(planted, hidden), { numRuns: 500 })
})

test('a secret written in place of any reference is never told', () => {
  for (const { index, 0: reference } of full.matchAll(/\{ (env|file|command): [^}]*\}/g))
    for (const instead of [
      CANARY,
      `"${CANARY}"`,
      `{ value: ${CANARY} }`,
      `{ evn: ${CANARY} }`,
      `[${CANARY}]`,
      `{ env: "$${CANARY} " }`,
      `{ ${CANARY}: x }`,
    ])
      hidden(full.slice(0, index) + instead + full.slice(index + reference.length))
})

test('a secret that was pasted as a key is not told either', () => {
  const document = parseDocument(full)
  for (let which = 0; which < 80; which++) hidden(mutate(which, 'rename', CANARY))
  assert.ok(document.contents)
})

function hidden(text: string): void {
  const parsed = parse(text, 'desired-state.yaml', '/srv/desired-state.yaml')
  if (!('problems' in parsed)) return
  const told = JSON.stringify(parsed.problems) + renderProblems(parsed.problems)
  for (const spelling of spellings) assert.not.ok(told.includes(spelling), `told: ${told}`)
}

/** Changes the pair number `which` (counted over the whole file, round and round). */
function mutate(which: number, how: string, put: unknown): string {
  const document = parseDocument(full)
  const maps: { items: unknown[] }[] = []
  const collect = (node: unknown): void => {
    if (isMap(node)) maps.push(node)
    if (isMap(node)) for (const { value } of node.items) collect(value)
    if (isSeq(node)) node.items.forEach(collect)
  }
  collect(document.contents)
  const pairs = maps.flatMap((map) => map.items.map((pair, i) => ({ map, pair: pair as { key: unknown; value: unknown }, i })))
  const { map, pair, i } = pairs[which % pairs.length] ?? { map: { items: [] }, pair: { key: null, value: null }, i: 0 }
  if (how === 'delete') map.items.splice(i, 1)
  if (how === 'duplicate') map.items.splice(i, 0, pair)
  if (how === 'replace') pair.value = document.createNode(put)
  if (how === 'rename' && isScalar(pair.key)) pair.key.value = typeof put === 'string' ? put : `${String(pair.key.value)}x`
  try {
    return document.toString()
  } catch {
    return full
  }
}

/** The text as it shows inside longer base64, in each of its three alignments. */
function base64(text: string): string[] {
  return ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + text)
      .toString('base64')
      .slice(before === '' ? 0 : 4, -4),
  )
}

test.run()
