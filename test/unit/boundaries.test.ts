import { readFileSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { KINDS } from '../../src/kinds/index.ts'
import { FOLDERS } from '../support/folders.ts'
import {
  filesIn,
  filesWith,
  folderOf,
  type Import,
  importCycles,
  importsOf,
  importsWhere,
  readSources,
  type Source,
} from '../support/sources.ts'

/** Modules of Node that reach outside this process, and the folders that may use them. */
const OUTSIDE = /^node:(fs|http|https|net|tls|dns|child_process|os)(\/|$)/
const MAY_REACH_OUT = ['world', 'state', 'commands', 'installation', 'session', 'watch']

/** `'bucket'` or `'bucket/...'` as a string, and what only a kind knows. */
const KIND_NAMES = new RegExp(`['"\`](?:${KINDS.map(({ name }) => name).join('|')})(?:['"\`/])`)
const KIND_KNOWLEDGE = /helm uninstall|['"`]\/(?:objects|objectStorage|release)\b|ENCRYPTION_KEY|SECRET_NAMES/
/** Files that list examples for a reader. */
const EXAMPLES = /^src\/(commands\/program|report\/json\/eventSchema)/

type Rule = {
  readonly name: string
  readonly violations: (sources: readonly Source[]) => readonly string[]
  /** A file that breaks the rule: a rule that cannot fail proves nothing. */
  readonly broken: Source
}

const rules: readonly Rule[] = [
  {
    name: 'every folder of src has a rule',
    violations: (sources) => sources.filter(({ file }) => !((folderOf(file) ?? 'values') in FOLDERS)).map(({ file }) => file),
    broken: { file: 'src/elsewhere/a.ts', text: '' },
  },
  {
    name: 'no folder imports what it must not know',
    violations: (sources) => importsWhere(sources, (one) => one.target.startsWith('src/') && !mayImport(one)),
    broken: { file: 'src/session/a.ts', text: `import type { Bucket } from '../kinds/bucket.ts'` },
  },
  {
    name: 'libraries are used only in the folders they are for',
    violations: (sources) => importsWhere(sources, ({ file, target }) => isLibrary(target) && !mayUse(file, target)),
    broken: { file: 'src/watch/a.ts', text: `import { Command } from 'commander'` },
  },
  {
    name: 'no file imports itself through others',
    violations: (sources) => importCycles(importsOf(sources)).map((cycle) => cycle.join(' <-> ')),
    broken: { file: 'src/plan/a.ts', text: `import type { A } from './a.ts'` },
  },
  {
    name: 'a CommonJS library that is loaded late is taken by its default: a bundle has no other name of it',
    violations: (sources) => sources.filter(({ text }) => lateImports(text).some(isNamedCommonJs)).map(({ file }) => file),
    broken: { file: 'src/world/a.ts', text: `const { Client } = await import('minio')` },
  },
  {
    name: 'only the edges reach out of this process',
    violations: (sources) =>
      importsWhere(sources, ({ file, target }) => OUTSIDE.test(target) && !MAY_REACH_OUT.includes(folderOf(file) ?? 'commands')),
    broken: { file: 'src/reconcile/a.ts', text: `import { readFile } from 'node:fs/promises'` },
  },
  {
    name: 'the schema of the events costs a plan nothing: only its types are imported',
    violations: (sources) =>
      filesWith(sources, /import (?!type )[^'\n]*'[^']*eventSchema/, (file) => !file.startsWith('src/report/json/eventSchema')),
    broken: { file: 'src/report/a.ts', text: `import { event } from './json/eventSchema.ts'` },
  },
  {
    name: 'kinds do not know each other',
    violations: (sources) => importsWhere(sources, isOfOtherKind),
    broken: { file: 'src/kinds/bucket/a.ts', text: `import { release } from '../release.ts'` },
  },
  {
    name: 'plan, report and kinds are pure: no clock, no randomness, no environment',
    violations: (sources) => filesIn(sources, 'plan|report|kinds', /\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|process\.env/),
    broken: { file: 'src/plan/a.ts', text: 'const now = new Date()' },
  },
  {
    name: 'a kind waits by the clock it is given, never by a timer',
    violations: (sources) => filesIn(sources, 'kinds', /\bset(?:Timeout|Interval|Immediate)\b|node:timers/),
    broken: { file: 'src/kinds/a.ts', text: 'await new Promise((resolve) => setTimeout(resolve, 1))' },
  },
  {
    name: 'a secret is opened only inside an adapter or a value',
    violations: (sources) => filesWith(sources, /\.open\(\)/, (file) => !/^src\/(world|values)\//.test(file)),
    broken: { file: 'src/kinds/a.ts', text: 'const text = password.open()' },
  },
  {
    name: 'argv and exit codes are known to commands alone',
    violations: (sources) => filesIn(sources, 'session|watch|reconcile|report|plan', /\bargv\b|\bexit_?[cC]ode\b|ExitCode|process\.exit/),
    broken: { file: 'src/watch/a.ts', text: 'export function watchCommand(): Promise<ExitCode>' },
  },
  {
    name: 'no name of a kind, and nothing that only a kind knows, in reconcile, report and commands',
    violations: (sources) =>
      [KIND_NAMES, KIND_KNOWLEDGE].flatMap((words) =>
        filesIn(
          sources.filter(({ file }) => !EXAMPLES.test(file)),
          'reconcile|report|commands',
          words,
        ),
      ),
    broken: { file: 'src/report/a.ts', text: `if (kindOf(address) === 'bucket') return` },
  },
]

const sources = readSources()

test('the rules see the sources', () => {
  assert.ok(sources.length >= 250, `only ${sources.length} files`)
  assert.ok(importsOf(sources).length >= 1_200, `only ${importsOf(sources).length} imports`)
  for (const folder of Object.keys(FOLDERS))
    assert.ok(
      sources.some(({ file }) => folderOf(file) === folder),
      `no file in ${folder}`,
    )
})

for (const { name, violations, broken } of rules) {
  test(name, () => assert.equal(violations(sources), []))
  test(`${name} (can fail)`, () => assert.is(violations([broken]).length, 1))
}

test('a cycle is found through several files', () => {
  const [a, b, c] = ['src/a.ts', 'src/b.ts', 'src/c.ts'] as [string, string, string]
  const edges = (...pairs: [string, string][]) => pairs.map(([file, target]) => ({ file, target }))
  assert.equal(importCycles(edges([a, b], [b, c], [c, a])), [[a, b, c]])
  assert.equal(importCycles(edges([a, b], [b, c], [a, c])), [])
})

function mayImport({ file, target }: Import): boolean {
  const within = target.slice('src/'.length)
  const folder = folderOf(file)
  if (folder === undefined) return true
  return FOLDERS[folder]?.may.some((may) => within === may || within.startsWith(`${may}/`) || within === `${may}.ts`) ?? false
}

function isLibrary(target: string): boolean {
  return !target.startsWith('src/') && !target.startsWith('node:')
}

function mayUse(file: string, target: string): boolean {
  const name = target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
  return FOLDERS[folderOf(file) ?? 'commands']?.packages.includes(name) ?? false
}

type LateImport = { readonly names: string; readonly library: string }

function lateImports(text: string): LateImport[] {
  const found = text.matchAll(/const \{([^}]*)\} = await import\('([^.'][^']*)'\)/g)
  return [...found].map(([, names = '', library = '']) => ({ names, library })).filter(({ library }) => isLibrary(library))
}

function isNamedCommonJs({ names, library }: LateImport): boolean {
  const { type } = JSON.parse(readFileSync(`node_modules/${library}/package.json`, 'utf8')) as { type?: string }
  return type !== 'module' && !/^ *default:/.test(names)
}

function isOfOtherKind({ file, target }: Import): boolean {
  if (folderOf(file) !== 'kinds' || file.endsWith('/index.ts') || !target.startsWith('src/kinds/')) return false
  return kindOf(file) !== kindOf(target) && !/^src\/kinds\/(kind|erasedKind|shared\/.*)\.ts$/.test(target)
}

/** `release` for src/kinds/release.ts and for the files in src/kinds/release/. */
function kindOf(file: string): string | undefined {
  return file.split('/')[2]?.replace('.ts', '')
}

test.run()
