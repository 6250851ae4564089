import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Document, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Installation } from '../../../src/installation/installation.ts'
import { type Parsed, parse } from '../../../src/installation/parse.ts'
import { renderProblems } from '../../../src/report/problemText.ts'

const full = readFileSync(new URL('valid/full.yaml', import.meta.url), 'utf8')
const CANARY = 'zqCanary7Rk9'
const spellings = [CANARY, ...base64(CANARY), Buffer.from(CANARY).toString('hex')]
const RUNS = 500

type Parser = (text: string) => Parsed
const parseFile: Parser = (text) => parse(text, 'desired-state.yaml', '/srv/desired-state.yaml')

const character = fc.oneof(fc.constantFrom(...'{}[]:,&*#!|>\'"%@`-?\t\n \\$~'), fc.string({ minLength: 1, maxLength: 3, unit: 'binary' }))
const inText = fc
  .tuple(fc.nat(full.length), fc.nat(4), fc.oneof(fc.constant(''), character))
  .map(([at, cut, put]) => full.slice(0, at) + put + full.slice(at + cut))
const value = fc.oneof(fc.constantFrom(null, true, 0, -1, Number.POSITIVE_INFINITY, '', [], {}, [[]]), fc.jsonValue({ maxDepth: 2 }))
const inTree = fc
  .tuple(fc.nat(), fc.constantFrom(...(['delete', 'duplicate', 'replace', 'rename'] as const)), value)
  .map(([which, how, put]) => mutate(which, how, put))

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

/** How many of the file's keys must be refused when each is changed in this way; the others are optional, or free names and values. */
const REFUSED: { readonly [how in Mutation]: number } = { delete: 54, duplicate: 119, rename: 103, replace: 111 }

/** Each check throws for a parser that accepts what it should refuse, or quotes what it should hide. */
const CHECKS: { readonly [title: string]: (parser: Parser) => void } = {
  'each key deleted, duplicated, renamed or replaced by a list is refused where it matters': (parser) => {
    for (const [how, least] of Object.entries(REFUSED) as [Mutation, number][])
      floor(parser, isRefused, least, mutatedKeys(how, [[]], keysIn(full)))
  },
  'any mutation of the text gives an installation, or problems with positions': (parser) =>
    floor(parser, isRefused, RUNS * 0.4, sample(inText)),
  'any mutation of the tree gives an installation, or problems with positions': (parser) =>
    floor(parser, isRefused, RUNS * 0.6, sample(inTree)),
  'a value is never quoted: in clear text, below misspelt keys, in broken YAML': (parser) =>
    floor(parser, isHidden, RUNS * 0.5, sample(planted)),
  'a secret in place of any reference is never quoted': (parser) => {
    const replaced = [...full.matchAll(/\{ (env|file|command): [^}]*\}/g)].flatMap(({ index, 0: reference }) =>
      [
        CANARY,
        `"${CANARY}"`,
        `{ value: ${CANARY} }`,
        `{ evn: ${CANARY} }`,
        `[${CANARY}]`,
        `{ env: "$${CANARY} " }`,
        `{ ${CANARY}: x }`,
      ].map((instead) => full.slice(0, index) + instead + full.slice(index + reference.length)),
    )
    // Two of the thirteen references may be plain text instead, quoted or not.
    floor(parser, isHidden, replaced.length - 4, replaced)
  },
  'a secret pasted as a key is not quoted either': (parser) => floor(parser, isHidden, 79, mutatedKeys('rename', CANARY, 80)),
}

for (const [title, check] of Object.entries(CHECKS)) test(title, () => check(parseFile))

test('a parser that accepts everything fails each of these', () => {
  for (const [title, check] of Object.entries(CHECKS))
    assert.ok(
      failure(() => check(() => ({ installation: {} as Installation }))),
      title,
    )
})

test('a parser that quotes the text fails each of those about secrets', () => {
  const at = { file: 'desired-state.yaml', line: 1, col: 1 }
  const quoting: Parser = (text) => ({ problems: [{ code: 'file/bad-value', summary: `Not valid: ${text}`, at, remedy: 'Correct it.' }] })
  const checks = Object.entries(CHECKS).filter(([title]) => title.includes('quoted'))
  assert.is(checks.length, 3)
  for (const [title, check] of checks) assert.match(failure(() => check(quoting)) ?? '', /shown: .*zqCanary/, title)
})

/** Not assert.throws, which lets failed assertions through. */
function failure(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Every text passes `check`, and at least `least` are refused: a check of accepted files alone proves nothing. */
function floor(parser: Parser, check: (parser: Parser, text: string) => boolean, least: number, texts: readonly string[]): void {
  const refused = texts.filter((text) => {
    try {
      return check(parser, text)
    } catch (error) {
      throw new Error(`${error}\nof the file:\n${text}`)
    }
  })
  assert.ok(refused.length >= least, `${refused.length} of ${texts.length} refused, at least ${least} expected`)
}

// Each set of texts is made once for all parsers.
const samples = new Map<fc.Arbitrary<string>, readonly string[]>()
function sample(arbitrary: fc.Arbitrary<string>): readonly string[] {
  const texts = samples.get(arbitrary) ?? fc.sample(arbitrary, RUNS)
  samples.set(arbitrary, texts)
  return texts
}

const mutations = new Map<string, readonly string[]>()
function mutatedKeys(how: Mutation, put: unknown, count: number): readonly string[] {
  const texts = mutations.get(how + put) ?? Array.from({ length: count }, (_, which) => mutate(which, how, put))
  mutations.set(how + put, texts)
  return texts
}

/** Whether the text is refused; then with a position inside it, a summary and a remedy. */
function isRefused(parser: Parser, text: string): boolean {
  const parsed = parser(text)
  if (!('problems' in parsed)) return false
  assert.ok(parsed.problems.length > 0)
  const lines = text.split(/\r?\n|\r/).length
  for (const { at, summary, remedy } of parsed.problems) {
    assert.ok(at && at.line >= 1 && at.line <= lines && at.col >= 1, `${summary} at ${at?.line}:${at?.col} of ${lines} lines`)
    assert.ok(summary.length > 0 && remedy.length > 0)
  }
  return true
}

/** Whether the text is refused; then without the canary in any spelling. */
function isHidden(parser: Parser, text: string): boolean {
  const parsed = parser(text)
  if (!('problems' in parsed)) return false
  const shown = JSON.stringify(parsed.problems) + renderProblems(parsed.problems)
  for (const spelling of spellings) assert.not.ok(shown.includes(spelling), `shown: ${shown}`)
  return true
}

type Mutation = 'delete' | 'duplicate' | 'replace' | 'rename'

/** Changes the pair number `which` (counted over the whole file, round and round). */
function mutate(which: number, how: Mutation, put: unknown): string {
  const document = parseDocument(full)
  const pairs = pairsOf(document)
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

function keysIn(text: string): number {
  return pairsOf(parseDocument(text)).length
}

function pairsOf(document: Document) {
  const maps: { items: unknown[] }[] = []
  const collect = (node: unknown): void => {
    if (isMap(node)) maps.push(node)
    if (isMap(node)) for (const { value } of node.items) collect(value)
    if (isSeq(node)) node.items.forEach(collect)
  }
  collect(document.contents)
  return maps.flatMap((map) => map.items.map((pair, i) => ({ map, pair: pair as { key: unknown; value: unknown }, i })))
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
