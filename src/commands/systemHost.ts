import { homedir } from 'node:os'
import type { Host } from '../session/host.ts'
import { openJournal } from '../state/journal.ts'
import { systemClock, systemRandomness } from '../world/clock.ts'
import { systemProcesses } from '../world/processes.ts'

/** This machine as it is, without anybody to ask. */
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

function on(event: keyof typeof EVENTS, act: (why?: unknown) => void): () => void {
  const listener = (why?: unknown) => act(why)
  process.on(EVENTS[event], listener)
  return () => process.off(EVENTS[event], listener)
}
