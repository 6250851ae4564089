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

/** Whether `act` changes the signature of `path`. */
async function changes(path: string, act: () => Promise<unknown>): Promise<boolean> {
  const before = await systemFiles.signature([path])
  await act()
  return (await systemFiles.signature([path])) !== before
}

test('the signature stays the same while nothing is written, also for a missing path', async () => {
  await writeFile(at('a'), '1')
  assert.is(await changes(at('a'), () => writeFile(at('b'), '1')), false)
  assert.is(await changes(at('missing'), () => writeFile(at('c'), '1')), false)
})

test('creating, writing, replacing and removing a file change the signature', async () => {
  assert.ok(await changes(at('a'), () => writeFile(at('a'), '1')))
  assert.ok(await changes(at('a'), () => writeFile(at('a'), '2')))
  await writeFile(at('b'), '2')
  assert.ok(await changes(at('a'), () => rename(at('b'), at('a'))))
  assert.ok(await changes(at('a'), () => rm(at('a'))))
})

test('setting the modification time back does not hide a write', async () => {
  const then = new Date('2026-01-01')
  await writeFile(at('a'), '1')
  await utimes(at('a'), then, then)
  const rewrite = async () => {
    await writeFile(at('a'), '2')
    await utimes(at('a'), then, then)
  }
  assert.ok(await changes(at('a'), rewrite))
})

test('the signature of a folder covers everything below it', async () => {
  await mkdir(at('chart/templates'), { recursive: true })
  await writeFile(at('chart/templates/a.yaml'), '1')
  assert.ok(await changes(at('chart'), () => writeFile(at('chart/templates/a.yaml'), '2')))
  assert.ok(await changes(at('chart'), () => writeFile(at('chart/templates/b.yaml'), '2')))
})

test('symlinkChain lists every symbolic link on the way to a path', async () => {
  await mkdir(at('..1'))
  await writeFile(at('..1/desired-state.yaml'), '1')
  await symlink('..1', at('..data'))
  await symlink('..data/desired-state.yaml', at('desired-state.yaml'))
  assert.equal(await systemFiles.symlinkChain(at('desired-state.yaml')), [
    at('desired-state.yaml'),
    at('..data'),
    at('..1/desired-state.yaml'),
  ])
  assert.equal(await systemFiles.symlinkChain(at('..1/desired-state.yaml')), [at('..1/desired-state.yaml')])
  assert.equal(await systemFiles.symlinkChain(at('missing')), [at('missing')])
})

test('symlinkChain ends on circular links', async () => {
  await symlink('b', at('a'))
  await symlink('a', at('b'))
  assert.ok((await systemFiles.symlinkChain(at('a'))).length < 100)
})

test.run()
