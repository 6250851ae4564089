import { join } from 'node:path'
import { fromSource, repository } from '../../test/acceptance/support/installation.ts'
import { type Command, runOk } from '../../test/acceptance/support/run.ts'

/** groundcrew as a person starts it, launcher included: what `npm run bundle` made, and the sources. */
export const bundled = { name: 'bundle', program: [join(repository, 'bin/groundcrew')] as Command, env: {} }
export const source = { name: 'source', program: bundled.program, env: { GROUNDCREW_FROM: 'src' } }

/** The bundle of the sources as they are now. */
export async function makeBundle(): Promise<void> {
  await runOk([fromSource[0], join(repository, 'scripts/bundle.ts')], { cwd: repository })
}

/** Node with nothing to do: what no program of ours can be quicker than. */
export const bareNode: Command = [process.execPath, '-e', '0']

export type Program = typeof bundled | typeof source

/** A command line of groundcrew's. */
export function line({ program }: Program, ...args: readonly string[]): Command {
  return [...program, ...args]
}
