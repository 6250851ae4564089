import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fromSource, type GroundcrewOptions, type LabInstallation } from './installation.ts'
import type { RunResult } from './run.ts'

/** A program that was started, from the trace of execve. */
export type StartedProgram = { program: string; line: string }

/**
 * Runs groundcrew under strace and returns every program that it or a child of it started. Each line holds all arguments
 * and the whole environment.
 */
export async function traced(
  installation: LabInstallation,
  args: readonly string[],
  options: GroundcrewOptions = {},
): Promise<{ ran: RunResult; started: StartedProgram[] }> {
  const log = join(installation.lab.dir, `exec-${process.hrtime.bigint()}.log`)
  const strace = ['strace', '-f', '-qq', '-v', '-s', '1000000', '-e', 'trace=execve', '-e', 'signal=none', '-o', log] as const
  const ran = await installation.groundcrew(args, { ...options, program: [...strace, ...(options.program ?? fromSource)] })
  const lines = (await readFile(log, 'utf8')).split('\n').filter((line) => line.includes('execve('))
  await rm(log)
  return {
    ran,
    started: lines.filter((line) => line.endsWith(' = 0')).map((line) => ({ program: /execve\("([^"]*)"/.exec(line)?.[1] ?? '', line })),
  }
}
