import { globSync, readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type SourceTexts, sourceTexts } from '../support/sourceTexts.ts'

/** Words of a former private dialect that must not return to texts, comments and pages, each with the standard term. */
const AVOIDED: readonly (readonly [RegExp, string])[] = [
  [/\bmend(s|ed|ing)?\b/i, 'fix, repair'],
  [/\b(tell|tells|told)\b/i, 'report, show, print, return'],
  [/behind our backs?/i, 'outside groundcrew'],
  [/\bfor ever\b/i, 'forever, permanently'],
  [/\ba helm (is|may|that|which|has|was)\b/i, 'a helm process'],
  [/\b(some|no|any)body\b|\bwhoever\b/i, 'another client, an operator, no user'],
  [/\blooks? again\b|\blooked at\b/i, 'check, read, observe'],
  [/\bas wanted\b/i, 'as declared'],
  [/\bgoes on (from|where|with)\b/i, 'continues'],
  [/\banew\b/i, 'again'],
  [/\bat work\b/i, 'running'],
  [/\bworth knowing\b/i, 'Warnings:'],
  [/\bin short:/i, 'Summary:'],
  [/\bto do:/i, 'Fix:'],
  [/\bleft to a person\b/i, 'Needs approval'],
  [/\blet(s|ting)? (it )?be\b/i, 'accept, skip'],
]

/** Codes are stable identifiers and keep their words. */
const PROBLEM_CODE = /^[a-z]+\/[a-z-]+$/

const sources = globSync(['src/**/*.ts', 'scripts/**/*.ts'])
const pages = globSync(['README.md', 'docs/**/*.{md,json}', 'deploy/*'])

test('no text, comment or page contains a word of the former dialect', () => {
  const literals = sources.flatMap((file) => textsOf(file).literals.map((text) => ({ file, text })))
  const comments = sources.flatMap((file) => textsOf(file).comments.map((text) => ({ file, text })))
  const texts = literals.filter(({ text }) => !PROBLEM_CODE.test(text))
  const lines = pages.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((text) => ({ file, text })),
  )
  assert.ok(sources.length >= 380, `${sources.length} sources`)
  assert.ok(literals.length >= 9000, `${literals.length} literals`)
  assert.ok(pages.length >= 15, `${pages.length} pages`)
  assert.equal(
    [...texts, ...comments, ...lines].flatMap(({ file, text }) => avoidedIn(text).map((found) => `${file}: ${found} in: ${text.trim()}`)),
    [],
  )
})

test('the check finds such words, in strings and templates, and nowhere else', () => {
  const source = `
    // Somebody told us.
    const told = /mend/
    const texts = ['Mend it.', "to do: nothing", \`it \${told ? 'looks again' : \`is told \${1}\`} for ever\`]
    const ratio = 4 / 2 / 1 // mend
  `
  const { literals, comments } = sourceTexts(source)
  assert.equal(literals, ['Mend it.', 'to do: nothing', 'looks again', 'is told  … ', 'it  …  for ever'])
  assert.equal(comments, ['// Somebody told us.', '// mend'])
  assert.equal(literals.flatMap(avoidedIn).length, 5)
})

function textsOf(file: string): SourceTexts {
  return sourceTexts(readFileSync(file, 'utf8'))
}

function avoidedIn(text: string): string[] {
  return AVOIDED.flatMap(([pattern, standard]) => {
    const word = pattern.exec(text)?.[0]
    return word === undefined ? [] : [`"${word}" (use: ${standard})`]
  })
}

test.run()
