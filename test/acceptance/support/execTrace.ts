import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fromSource, type LabInstallation, type Special } from './installation.ts'
import type { Ran } from './run.ts'

/** One program that was started, by the kernel's word. */
export type Started = { program: string; line: string }

/**
 * Runs groundcrew under strace and tells every program that it or a child of it started. With `isVerbose` each line
 * holds all arguments and the whole environment.
 */
export async function traced(
  site: LabInstallation,
  args: readonly string[],
  options: Special = {},
): Promise<{ ran: Ran; started: Started[] }> {
  const log = join(site.lab.dir, `exec-${process.hrtime.bigint()}.log`)
  const strace = ['strace', '-f', '-qq', '-v', '-s', '1000000', '-e', 'trace=execve', '-e', 'signal=none', '-o', log] as const
  const ran = await site.groundcrew(args, { ...options, program: [...strace, ...(options.program ?? fromSource)] })
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('execve('))
  await rm(log)
  return {
    ran,
    started: lines.filter((line) => line.endsWith(' = 0')).map((line) => ({ program: /execve\("([^"]*)"/.exec(line)?.[1] ?? '', line })),
  }
}
