import type { SecretCache } from '../installation/secrets/secretCache.ts'
import type { Reporter } from '../report/reporter.ts'
import type { Journal } from '../state/journal.ts'
import type { Clock, Randomness } from '../world/ports/clock.ts'
import type { Processes } from '../world/ports/process.ts'

export type Output = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }

/** All that a command needs of the machine it runs on; tests bring their own. */
export type Host = {
  readonly env: { readonly [name: string]: string | undefined }
  readonly cwd: string
  readonly home: string
  readonly stdout: Output
  readonly stderr: Output
  /** Prompts and returns the line that was typed; undefined where there is no terminal. */
  readonly ask: ((prompt: string) => Promise<string>) | undefined
  readonly clock: Clock
  readonly randomness: Randomness
  readonly processes: Processes
  readonly openJournal: (folder: string, run: string) => Promise<Journal>
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Calls `act` on SIGHUP, or when a promise that nothing awaits rejects; returns the function that stops this. */
  readonly on?: (event: 'hangup' | 'stray-failure', act: (reason?: unknown) => void) => () => void
  /** What a daemon keeps between its checks. */
  readonly secretCache?: SecretCache
}

/** A host with the reporter of the running command. */
export type ReportingHost = Host & { readonly report: Reporter }

/** Which installation, and how this machine reaches it. */
export type InstallationOptions = {
  readonly file: string
  readonly state?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly acceptNewWorld?: boolean
}
