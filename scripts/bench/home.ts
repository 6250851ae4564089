import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A person's environment with nothing in it: this machine's own variables would be measured as well. */
export async function ownHome() {
  const home = await mkdtemp(join(tmpdir(), 'groundcrew-bench-'))
  return {
    env: { PATH: process.env.PATH ?? '', HOME: home, TMPDIR: home, USER: 'bench', LANG: 'C.UTF-8' },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  }
}
