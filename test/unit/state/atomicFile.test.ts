import { linkSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { backupAs, replaceFile } from '../../../src/state/atomicFile.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'groundcrew-durable-'))

test('the previous content is kept under another name when the file is replaced', async () => {
  const dir = folder()
  const [file, kept] = [join(dir, 'a'), join(dir, 'a.previous')]
  for (const text of ['one', 'two', 'three']) {
    await backupAs(file, kept)
    await replaceFile(file, text)
  }
  assert.equal([readFileSync(file, 'utf8'), readFileSync(kept, 'utf8'), readdirSync(dir).sort()], ['three', 'two', ['a', 'a.previous']])
})

test('a temporary file left by a crash does no harm, even as a hard link to the file', async () => {
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

test('without a file no backup is created', async () => {
  const dir = folder()
  await backupAs(join(dir, 'a'), join(dir, 'a.previous'))
  assert.equal(readdirSync(dir), [])
})

test.run()
