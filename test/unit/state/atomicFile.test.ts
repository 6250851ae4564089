import { linkSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { backupAs, replaceFile } from '../../../src/state/atomicFile.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'groundcrew-durable-'))

test('what a file holds is kept under another name while the file is replaced', async () => {
  const dir = folder()
  const [file, kept] = [join(dir, 'a'), join(dir, 'a.previous')]
  for (const text of ['one', 'two', 'three']) {
    await backupAs(file, kept)
    await replaceFile(file, text)
  }
  assert.equal([readFileSync(file, 'utf8'), readFileSync(kept, 'utf8'), readdirSync(dir).sort()], ['three', 'two', ['a', 'a.previous']])
})

test('what a crash left aside does no harm, even when it is the very file', async () => {
  const dir = folder()
  const [file, kept] = [join(dir, 'a'), join(dir, 'a.previous')]
  writeFileSync(file, 'content')
  linkSync(file, `${kept}.${process.pid}.new`)
  await backupAs(file, kept)
  assert.equal(
    [readFileSync(file, 'utf8'), readFileSync(kept, 'utf8'), readdirSync(dir).sort()],
    ['content', 'content', ['a', 'a.previous']],
  )
})

test('with nothing to keep nothing is made', async () => {
  const dir = folder()
  await backupAs(join(dir, 'a'), join(dir, 'a.previous'))
  assert.equal(readdirSync(dir), [])
})

test.run()
