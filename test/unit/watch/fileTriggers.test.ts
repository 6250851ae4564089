import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FileTriggers } from '../../../src/watch/fileTriggers.ts'
import { systemFiles } from '../../../src/world/files.ts'

let folder = ''
let triggered = 0
let triggers: FileTriggers
test.before.each(async () => {
  folder = await mkdtemp(join(tmpdir(), 'groundcrew-triggers-'))
  triggered = 0
  triggers = new FileTriggers(
    () => triggered++,
    (error) => assert.unreachable(String(error)),
  )
})
test.after.each(async () => {
  await triggers.close()
  await rm(folder, { recursive: true })
})

const at = (...names: readonly string[]) => join(folder, ...names)

/** Waits until `act` has triggered. */
async function triggersOn(name: string, act: () => Promise<unknown>): Promise<void> {
  const before = triggered
  await act()
  for (let i = 0; i < 500 && triggered === before; i++) await sleep(10)
  assert.ok(triggered > before, `${name} was not noticed`)
  // One act may be told in several events; the next one is not to be taken for a late one of this.
  for (let quiet = triggered, i = 0; i < 30; i++) {
    await sleep(10)
    if (triggered !== quiet) [quiet, i] = [triggered, 0]
  }
}

test('every way in which editors save is noticed, repeatedly', async () => {
  const file = at('desired-state.yaml')
  await writeFile(file, '1\n')
  await triggers.watch([file])
  const byRename = async () => {
    await writeFile(`${file}.new`, '2\n')
    await rename(`${file}.new`, file)
  }
  const withBackup = async () => {
    await rename(file, `${file}~`)
    await writeFile(file, '3\n')
    await rm(`${file}~`)
  }
  const inPlace = () => writeFile(file, '4\n')
  for (let i = 0; i < 2; i++) {
    await triggersOn('a save by rename', byRename)
    await triggersOn('a save in place', inPlace)
    await triggersOn('a save with a backup', withBackup)
    await triggersOn('an append', () => appendFile(file, '#\n'))
  }
})

test('deleting and creating a file is noticed, also if it never existed', async () => {
  await writeFile(at('a'), '1')
  await triggers.watch([at('a'), at('b')])
  await triggersOn('the end of a', () => rm(at('a')))
  await triggersOn('the return of a', () => writeFile(at('a'), '2'))
  await triggersOn('the first b', () => writeFile(at('b'), '2'))
})

test('a chart folder is watched recursively', async () => {
  await mkdir(at('chart/templates'), { recursive: true })
  await triggers.watch([at('chart')])
  await triggersOn('a new template', () => writeFile(at('chart/templates/a.yaml'), '1'))
  await triggersOn('a changed template', () => writeFile(at('chart/templates/a.yaml'), '2'))
})

test('a ConfigMap that kubelet swaps is noticed, twice', async () => {
  await mkdir(at('..1'))
  await writeFile(at('..1/desired-state.yaml'), '1\n')
  await symlink('..1', at('..data'))
  await symlink('..data/desired-state.yaml', at('desired-state.yaml'))
  for (const next of ['..2', '..3']) {
    await triggers.watch(await systemFiles.symlinkChain(at('desired-state.yaml')))
    await triggersOn(`the swap to ${next}`, async () => {
      await mkdir(at(next))
      await writeFile(at(next, 'desired-state.yaml'), `${next}\n`)
      await symlink(next, at('..data_tmp'))
      await rename(at('..data_tmp'), at('..data'))
    })
  }
})

test('a path that is no longer watched triggers nothing', async () => {
  await writeFile(at('a'), '1')
  await writeFile(at('b'), '1')
  await triggers.watch([at('a')])
  await triggers.watch([at('b')])
  await writeFile(at('a'), '2')
  await triggersOn('b', () => writeFile(at('b'), '2'))
  assert.is(triggered, 1)
})

test.run()
