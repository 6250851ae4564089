import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { loadedFiles } from '../../scripts/bench/loaded.ts'
import { options } from '../../scripts/bundle/options.ts'

const home = mkdtempSync(join(tmpdir(), 'groundcrew-start-'))

/** The packages that a command line loads from source. */
async function packagesOf(...args: readonly string[]): Promise<string[]> {
  const command = [process.execPath, '--disable-warning=ExperimentalWarning', resolve('src/bin.ts'), ...args] as const
  return packages(await loadedFiles(command, { PATH: process.env.PATH ?? '', HOME: home }))
}

const packages = (files: readonly string[]): string[] =>
  [...new Set(files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? []))].sort()

test('--help, version and a mistyped command load nothing but commander', async () => {
  for (const args of [['--help'], ['plan', '--help'], ['version'], ['--version'], ['paln']])
    assert.equal(await packagesOf(...args), ['commander'], args.join(' '))
})

test('a file that is not there loads no library of a server', async () => {
  const loaded = await packagesOf('plan', '-f', join(home, 'missing.yaml'))
  assert.ok(loaded.includes('yaml') && loaded.includes('zod'))
  for (const name of ['minio', '@kubernetes/client-node', 'fast-xml-parser', 'zx', 'chokidar', 'lodash'])
    assert.not.ok(loaded.includes(name), name)
})

test('in the bundle --help loads the same, and signing brings no more of minio than it uses', async () => {
  const { metafile } = await build({ ...options, write: false })
  const outputs = metafile.outputs
  const named = (start: string) => Object.keys(outputs).find((name) => name.startsWith(`dist/${start}`)) as string
  const filesOf = (names: readonly string[]) => packages(names.flatMap((name) => Object.keys(outputs[name]?.inputs ?? {})))
  const closure = (name: string, seen = new Set<string>()): Set<string> => {
    if (!seen.has(name)) {
      seen.add(name)
      for (const one of outputs[name]?.imports ?? []) if (one.kind === 'import-statement' && !one.external) closure(one.path, seen)
    }
    return seen
  }
  const help = ['groundcrew', 'main-', 'systemHost-'].flatMap((start) => [...closure(named(start))])
  assert.equal(filesOf(help), ['commander'])
  assert.equal(filesOf([named('signing-')]), ['minio'])
})

test.after(() => rmSync(home, { recursive: true }))

test.run()
