/** Time as the code may know it; tests bring their own. */
export interface Clock {
  /** Wall clock, for records people read. */
  now(): Date
  /** Milliseconds that only grow, also while the machine sleeps, whatever the wall clock is set to: for leases and durations. */
  monotonic(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Randomness {
  /** A random UUID. */
  uuid(): string
}
