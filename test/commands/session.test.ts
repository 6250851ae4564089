import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Host } from '../../src/commands/host.ts'
import { openSession } from '../../src/commands/session.ts'
import { ProblemError } from '../../src/values/problem.ts'
import { systemClock, systemRandomness } from '../../src/world/clock.ts'
import { systemProcesses } from '../../src/world/processes.ts'
import { machine } from '../installation/machine.ts'

test('what is wrong on this machine is told before a chart is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'groundcrew-session-'))
  await copyFile(new URL('../installation/valid/minimal.yaml', import.meta.url), join(folder, 'desired-state.yaml'))
  // Its chart comes from a repository and has no version, which is a problem of its own.
  assert.equal(await codesOf(folder, machine().env), ['chart/unpinned'])
  assert.equal(await codesOf(folder, { ...machine().env, ADMIN_PASSWORD: undefined }), ['reference/variable-missing'])
  await rm(folder, { recursive: true })
})

async function codesOf(cwd: string, env: Host['env']): Promise<string[]> {
  const nowhere = { write: () => undefined }
  const host: Host = {
    env,
    cwd,
    home: cwd,
    stdout: nowhere,
    stderr: nowhere,
    ask: undefined,
    clock: systemClock,
    randomness: systemRandomness,
    processes: systemProcesses,
    openJournal: () => Promise.reject(new Error('a session opens no journal')),
    signal: new AbortController().signal,
  }
  const opened = await openSession(host, { file: 'desired-state.yaml', color: false }).catch((error: unknown) => error)
  return opened instanceof ProblemError ? opened.problems.map(({ code }) => code) : []
}

test.run()
