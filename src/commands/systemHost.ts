import { homedir } from 'node:os'
import type { Host } from '../session/host.ts'
import { openJournal } from '../state/journal.ts'
import { systemClock, systemRandomness } from '../world/clock.ts'
import { systemProcesses } from '../world/processes.ts'

/** This machine; `ask` is set where there is a terminal. */
export function systemHost(signal: AbortSignal): Host {
  return {
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    stdout: process.stdout,
    stderr: process.stderr,
    ask: undefined,
    clock: systemClock,
    randomness: systemRandomness,
    processes: systemProcesses,
    openJournal,
    signal,
    on,
  }
}

const EVENTS = { hangup: 'SIGHUP', 'stray-failure': 'unhandledRejection' } as const

function on(event: keyof typeof EVENTS, act: (reason?: unknown) => void): () => void {
  const listener = (reason?: unknown) => act(reason)
  process.on(EVENTS[event], listener)
  return () => process.off(EVENTS[event], listener)
}
