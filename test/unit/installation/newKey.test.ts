import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NEW_KEY } from '../../../src/installation/secrets/checkSecrets.ts'

test('the command that generates an encryption key never overwrites an existing one', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'groundcrew-'))
  await writeFile(join(cwd, 'encryption.pem'), 'the key of an installation')
  const { status } = spawnSync('sh', ['-c', NEW_KEY], { cwd })
  assert.is.not(status, 0)
  assert.is(await readFile(join(cwd, 'encryption.pem'), 'utf8'), 'the key of an installation')
  await rm(cwd, { recursive: true })
})

test('the README gives the same command', async () => {
  assert.ok((await readFile(new URL('../../../README.md', import.meta.url), 'utf8')).includes(NEW_KEY))
})

test.run()
