import { existsSync } from 'node:fs'
import { binary, stagesDir } from './paths.ts'
import { binaries } from './versions.ts'

/** Whether everything that is built or fetched is there. Debian's packages are looked at by `install` only. */
export const hasBinaries = (): boolean => existsSync(stagesDir()) && binaries.every((name) => existsSync(binary(name)))
