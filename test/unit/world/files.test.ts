import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { systemFiles } from '../../../src/world/files.ts'

let folder = ''
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundcrew-files-'))
})
test.after.each(() => rm(folder, { recursive: true }))

const at = (...names: readonly string[]) => join(folder, ...names)

/** Whether the signature of `path` is another one after `act`. */
async function changes(path: string, act: () => Promise<unknown>): Promise<boolean> {
  const before = await systemFiles.signature([path])
  await act()
  return (await systemFiles.signature([path])) !== before
}

test('the signature stays while nothing is written, also of what is not there', async () => {
  await writeFile(at('a'), '1')
  assert.is(await changes(at('a'), () => writeFile(at('b'), '1')), false)
  assert.is(await changes(at('missing'), () => writeFile(at('c'), '1')), false)
})

test('writing, replacing, removing and coming into being all change it', async () => {
  assert.ok(await changes(at('a'), () => writeFile(at('a'), '1')))
  assert.ok(await changes(at('a'), () => writeFile(at('a'), '2')))
  await writeFile(at('b'), '2')
  assert.ok(await changes(at('a'), () => rename(at('b'), at('a'))))
  assert.ok(await changes(at('a'), () => rm(at('a'))))
})

test('a modification time that was set back hides no write', async () => {
  const then = new Date('2026-01-01')
  await writeFile(at('a'), '1')
  await utimes(at('a'), then, then)
  const rewrite = async () => {
    await writeFile(at('a'), '2')
    await utimes(at('a'), then, then)
  }
  assert.ok(await changes(at('a'), rewrite))
})

test('a folder is signed with all below it', async () => {
  await mkdir(at('chart/templates'), { recursive: true })
  await writeFile(at('chart/templates/a.yaml'), '1')
  assert.ok(await changes(at('chart'), () => writeFile(at('chart/templates/a.yaml'), '2')))
  assert.ok(await changes(at('chart'), () => writeFile(at('chart/templates/b.yaml'), '2')))
})

test('the way to a path names every link that it goes over', async () => {
  await mkdir(at('..1'))
  await writeFile(at('..1/desired-state.yaml'), '1')
  await symlink('..1', at('..data'))
  await symlink('..data/desired-state.yaml', at('desired-state.yaml'))
  assert.equal(await systemFiles.way(at('desired-state.yaml')), [at('desired-state.yaml'), at('..data'), at('..1/desired-state.yaml')])
  assert.equal(await systemFiles.way(at('..1/desired-state.yaml')), [at('..1/desired-state.yaml')])
  assert.equal(await systemFiles.way(at('missing')), [at('missing')])
})

test('links that go in a circle end', async () => {
  await symlink('b', at('a'))
  await symlink('a', at('b'))
  assert.ok((await systemFiles.way(at('a'))).length < 100)
})

test.run()
