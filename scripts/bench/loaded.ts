import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Command, run } from '../../test/acceptance/support/run.ts'

/** The files that a groundcrew command loads as modules, as recorded by Node's loader, whatever its exit code. */
export async function loadedFiles(command: Command, env: Record<string, string>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-loaded-'))
  const log = join(folder, 'log')
  try {
    await run(command, { env: { ...env, LOADED_FILE: log, NODE_OPTIONS: `--import=${new URL('loadedHook.mjs', import.meta.url)}` } })
    const urls = (await readFile(log, 'utf8')).split('\n').filter((url) => url.startsWith('file:'))
    return urls.map((url) => fileURLToPath(url))
  } finally {
    await rm(folder, { recursive: true })
  }
}
