import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Binary, versionKey } from './versions.ts'

/** The lab's cache; outside the checkout, so that a clean checkout needs no new build. */
export function cacheDir(): string {
  return resolve(process.env.GROUNDCREW_LAB_CACHE ?? join(homedir(), '.cache', 'groundcrew', 'lab'))
}

/** The folder of the pinned versions: `bin/` and `kwok-stages/`. */
export const installDir = (): string => join(cacheDir(), versionKey())

export const binDir = (): string => join(installDir(), 'bin')

export const binary = (name: Binary): string => join(binDir(), name)

/** kwok has no built-in stages; these come from its own version. */
export const stagesDir = (): string => join(installDir(), 'kwok-stages')

/** One folder per running lab. */
export const runDir = (): string => join(cacheDir(), 'run')

export const labDir = (name: string): string => join(runDir(), checkedName(name))

// A name becomes a folder and a kubeconfig context: nothing that could leave the folder or need quoting.
function checkedName(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,40}$/.test(name)) return name
  throw new Error(`expected a lab name of a-z, 0-9 and -, at most 41 characters, got ${JSON.stringify(name)}`)
}
