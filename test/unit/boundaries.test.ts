import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

/** What each folder may import of src/ (types included), and which packages may run in it. Design: the way through the code. */
const RULES: { readonly [folder: string]: { readonly may: readonly string[]; readonly packages: readonly string[] } } = {
  values: { may: ['values'], packages: [] },
  installation: { may: ['values', 'installation', 'world/ports'], packages: ['yaml', 'zod'] },
  kinds: { may: ['values', 'installation', 'kinds', 'world/ports'], packages: ['yaml'] },
  plan: { may: ['values', 'plan', 'kinds/kind.ts'], packages: ['json-diff-ts'] },
  reconcile: {
    may: ['values', 'installation', 'plan', 'kinds/erasedKind.ts', 'kinds/kind.ts', 'reconcile', 'state', 'world/ports'],
    packages: [],
  },
  session: {
    may: ['values', 'installation', 'kinds', 'plan', 'reconcile', 'session', 'state', 'world', 'report', 'version.ts'],
    packages: [],
  },
  watch: {
    may: ['values', 'installation', 'kinds', 'plan', 'reconcile', 'session', 'state', 'watch', 'world', 'report'],
    packages: ['chokidar'],
  },
  state: { may: ['values', 'state', 'world/ports'], packages: [] },
  world: {
    may: ['values', 'installation/installation.ts', 'world', 'version.ts'],
    packages: ['yaml', 'minio', 'tar-stream', '@kubernetes/client-node', 'fast-xml-parser', 'zx'],
  },
  report: {
    may: ['values', 'plan', 'kinds/kind.ts', 'reconcile/events.ts', 'watch/watchEvents.ts', 'state/journal.ts', 'report', 'installation'],
    packages: ['zod'],
  },
  commands: { may: [''], packages: ['commander'] },
}

/** Modules of Node that reach outside this process, and where they may be used. */
const OUTSIDE = /^node:(fs|http|https|net|tls|dns|child_process|os)(\/|$)/
const MAY_REACH_OUT = ['world', 'state', 'commands', 'installation', 'session', 'watch']

type Import = { readonly file: string; readonly folder: string; readonly target: string }

const files = globSync('src/**/*.ts').filter((file) => file.split('/').length > 2)
const imports = files.flatMap(importsOf)

test('every folder of src has a rule', () => {
  for (const file of files) assert.ok(folderOf(file) in RULES, `${file}: no rule for this folder`)
})

test('no folder imports what it must not know', () => {
  for (const { file, folder, target } of imports.filter((one) => one.target.startsWith('src/'))) {
    const within = target.slice('src/'.length)
    assert.ok(
      RULES[folder]?.may.some((may) => may === '' || within === may || within.startsWith(`${may}/`) || within === `${may}.ts`),
      `${file} must not import ${target}`,
    )
  }
})

test('libraries are used only in the folders they are for', () => {
  for (const { file, folder, target } of imports.filter((one) => !one.target.startsWith('src/') && !one.target.startsWith('node:'))) {
    const name = target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/')
    assert.ok(RULES[folder]?.packages.includes(name), `${file} must not import ${target}`)
  }
})

test('a CommonJS library that is loaded late is taken by its default: a bundle has no other name of it', () => {
  for (const file of files) {
    const late = readFileSync(file, 'utf8').matchAll(/const \{([^}]*)\} = await import\('([^.'][^']*)'\)/g)
    for (const [, names = '', library = ''] of late) {
      if (library.startsWith('node:')) continue
      const { type } = JSON.parse(readFileSync(`node_modules/${library}/package.json`, 'utf8')) as { type?: string }
      assert.ok(type === 'module' || /^ *default:/.test(names), `${file}: ${library}`)
    }
  }
})

test('only the edges reach out of this process', () => {
  for (const { file, folder, target } of imports.filter((one) => OUTSIDE.test(one.target)))
    assert.ok(MAY_REACH_OUT.includes(folder), `${file} must not import ${target}`)
})

test('the schema of the events costs a plan nothing: only its types are imported', () => {
  for (const file of files.filter((one) => !one.startsWith('src/report/json/eventSchema')))
    assert.not.match(readFileSync(file, 'utf8'), /import (?!type )[^'\n]*'[^']*eventSchema/, `${file} loads zod for its events`)
})

test('kinds do not know each other', () => {
  const kinds = imports.filter((one) => one.folder === 'kinds' && !one.file.endsWith('/index.ts') && one.target.startsWith('src/kinds/'))
  for (const { file, target } of kinds) {
    const own = kindOf(file) === kindOf(target)
    assert.ok(own || /^src\/kinds\/(kind|erasedKind|shared\/.*)\.ts$/.test(target), `${file} must not import ${target}`)
  }
})

/** `release` for src/kinds/release.ts and for what stands in src/kinds/release/. */
function kindOf(file: string): string | undefined {
  return file.split('/')[2]?.replace('.ts', '')
}

test('plan and report are pure: no clock, no randomness, no environment', () => {
  for (const file of files.filter((one) => /^src\/(plan|report|kinds)\//.test(one)))
    assert.not.match(readFileSync(file, 'utf8'), /\bDate\.now\(|new Date\(\)|Math\.random|randomUUID|process\.env/, `${file} is not pure`)
})

test('a secret is opened only inside an adapter or a value', () => {
  for (const file of files.filter((one) => !/^src\/(world|values)\//.test(one)))
    assert.not.match(readFileSync(file, 'utf8'), /\.open\(\)/, `${file} opens a secret`)
})

function importsOf(file: string): Import[] {
  const found = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)
  return [...found].map(([, name = '']) => ({
    file,
    folder: folderOf(file),
    target: name.startsWith('.') ? relative('.', join(dirname(file), name)) : name,
  }))
}

function folderOf(file: string): string {
  return file.split('/')[1] ?? ''
}

test.run()
