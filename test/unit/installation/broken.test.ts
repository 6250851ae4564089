/**
 * Each file in broken/ has one mistake, or one kind of mistake; the file beside it has the problems that groundcrew reports.
 * After a change of texts: `UPDATE_GOLDEN=1 node test/unit/installation/broken.test.ts`, then read the difference.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from '../../../src/installation/parse.ts'
import { openReferences } from '../../../src/installation/secrets/references.ts'
import { renderProblems } from '../../../src/report/problemText.ts'
import type { Problem } from '../../../src/values/problem.ts'
import { machine } from './machine.ts'

const folder = new URL('broken/', import.meta.url).pathname
const files = globSync(`${folder}*.yaml`).sort()
const classes = ['syntax', 'unknown-key', 'wrong-type', 'cross-check', 'reference', 'secret-in-clear']

test('there are at least sixty broken files, and eight of each class', () => {
  assert.ok(files.length >= 60)
  for (const name of classes) assert.ok(files.filter((file) => basename(file).startsWith(`${name}.`)).length >= 8, name)
})

for (const file of files)
  test(`${basename(file, '.yaml')} has problems with a position and a remedy`, async () => {
    const problems = await problemsOf(file)
    const golden = file.replace('.yaml', '.expected.txt')
    const text = renderProblems(problems)
      .replaceAll(folder, '<folder>/')
      .replaceAll(/\b[0-9a-f]{64}\b/g, '<sha256>')
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text)
    assert.fixture(text, readFileSync(golden, 'utf8'))
    for (const problem of problems) assert.ok(problem.at && problem.at.line > 0 && problem.at.col > 0 && problem.remedy.length > 5)
  })

const SECRETS = ['CANARY', 'hunter2', '8675309']

test('no problem of a broken file quotes a secret in it', async () => {
  for (const file of files) {
    const shown = JSON.stringify(await problemsOf(file))
    for (const secret of SECRETS) assert.not.ok(shown.includes(secret), `${file} shows ${secret}`)
  }
})

test('each of these secrets is in a broken file', () => {
  const texts = [...files, ...globSync(`${folder}inputs/*`)].map((file) => readFileSync(file, 'utf8')).join('\n')
  for (const secret of SECRETS) assert.ok(texts.includes(secret), secret)
})

async function problemsOf(file: string): Promise<readonly Problem[]> {
  const parsed = parse(readFileSync(file, 'utf8'), 'desired-state.yaml', resolve(file))
  if ('problems' in parsed) return parsed.problems
  const opened = await openReferences(parsed.installation, machine())
  return 'problems' in opened ? opened.problems : []
}

test.run()
