import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** An empty home folder and environment: the variables of this machine would affect the measurement. */
export async function emptyHome() {
  const home = await mkdtemp(join(tmpdir(), 'groundcrew-bench-'))
  return {
    env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home, USER: 'bench', LANG: 'C.UTF-8' },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  }
}
