/** Identifies one process forever: a pid alone is reused. */
export type ProcessIdentity = {
  readonly pid: number
  /** Start time in clock ticks after boot, as in /proc/PID/stat; '' where the system has no /proc. */
  readonly startTime: string
  readonly host: string
  /** Digest of the machine's id; '' where it has none. */
  readonly machine: string
  readonly bootId: string
  /** Its pid and time namespace; '' where the system has none. */
  readonly pidNamespace: string
}

export type RunResult = { readonly code: number | null; readonly signal: string | null; readonly stdout: string; readonly stderr: string }

export type RunOptions = {
  /** Program and arguments; no shell, no secrets. */
  readonly command: readonly [string, ...string[]]
  readonly env: { readonly [name: string]: string }
  readonly stdin?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

/** Starts programs on this machine: the only interface to the outside besides files and the network. */
export interface Processes {
  run(options: RunOptions): Promise<RunResult>
  /** This process. */
  self(): ProcessIdentity
  /** Name of the user that runs this process; `uid 1234` where the machine has no name for it. */
  user(): string
  /** Undefined when this process cannot know (another host, another pid namespace). */
  isAlive(process: ProcessIdentity): boolean | undefined
  /** Sends TERM, and KILL after `graceMs`; resolves when the process has ended. */
  terminate(process: ProcessIdentity, graceMs: number): Promise<void>
}
