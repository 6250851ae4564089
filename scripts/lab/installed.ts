import { existsSync } from 'node:fs'
import { binary, stagesDir } from './paths.ts'
import { binaries } from './versions.ts'

/** True if everything that is built or fetched exists. Debian packages are checked by `install` only. */
export const hasBinaries = (): boolean => existsSync(stagesDir()) && binaries.every((name) => existsSync(binary(name)))
