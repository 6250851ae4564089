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
  /** Asks a question and returns the line that was typed; undefined where there is no terminal. */
  readonly ask: ((question: string) => Promise<string>) | undefined
  readonly clock: Clock
  readonly randomness: Randomness
  readonly processes: Processes
  readonly openJournal: (folder: string, run: string) => Promise<Journal>
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  /** Calls `act` on SIGHUP, or when a promise fails that nobody waits for; answers how to end that. */
  readonly on?: (event: 'hangup' | 'stray-failure', act: (why?: unknown) => void) => () => void
  /** What a daemon keeps between its looks. */
  readonly keptSecrets?: SecretCache
}

/** A host with the one through whom a command tells what it finds and does. */
export type ReportingHost = Host & { readonly report: Reporter }

/** Options every command takes. */
export type GlobalOptions = {
  readonly file: string
  readonly state?: string
  readonly kubeconfig?: string
  readonly context?: string
  readonly color: boolean
  /** One JSON object a line instead of text. */
  readonly json?: boolean
  /** A file to which the JSON lines go besides. */
  readonly logFile?: string
  readonly acceptNewWorld?: boolean
}

/** Exit codes: 0 done, 1 error or an incomplete look, 2 changes (where asked for), 130 after Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130
