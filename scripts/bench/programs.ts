import { join } from 'node:path'
import { fromSource, repository } from '../../test/acceptance/support/installation.ts'
import { type Command, runOk } from '../../test/acceptance/support/run.ts'

/** groundcrew with its launcher: the bundle of `npm run bundle`, and the sources. */
export const bundled = { name: 'bundle', program: [join(repository, 'bin/groundcrew')] as Command, env: {} }
export const source = { name: 'source', program: bundled.program, env: { GROUNDCREW_FROM: 'src' } }

/** Bundles the current sources. */
export async function makeBundle(): Promise<void> {
  await runOk([fromSource[0], join(repository, 'scripts/bundle.ts')], { cwd: repository })
}

/** Node without a program: the lower limit. */
export const bareNode: Command = [process.execPath, '-e', '0']

export type Program = typeof bundled | typeof source

/** A command line of groundcrew's. */
export function commandLine({ program }: Program, ...args: readonly string[]): Command {
  return [...program, ...args]
}
