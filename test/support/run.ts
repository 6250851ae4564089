import { main } from '../../src/main.ts'
import type { Host } from '../../src/session/host.ts'
import { openJournal } from '../../src/state/journal.ts'
import { systemRandomness } from '../../src/world/clock.ts'
import { systemProcesses } from '../../src/world/processes.ts'
import { FakeClock } from './fakeClock.ts'

export type RunResult = { readonly exit: number; readonly out: string; readonly err: string }

/** Runs groundcrew in this process as from the command line, in folder `cwd` and without a terminal. */
export async function run(cwd: string, argv: readonly string[], more: Partial<Host> = {}): Promise<RunResult> {
  const text = { out: '', err: '' }
  const sink = (name: 'out' | 'err') => ({ write: (line: string) => (text[name] += line) })
  const host: Host = {
    env: {},
    cwd,
    home: cwd,
    stdout: sink('out'),
    stderr: sink('err'),
    ask: undefined,
    clock: new FakeClock(),
    randomness: systemRandomness,
    processes: systemProcesses,
    openJournal,
    signal: new AbortController().signal,
    ...more,
  }
  return { exit: await main(argv, host), ...text }
}
