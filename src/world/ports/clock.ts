/** Time, as a port: tests bring their own. */
export interface Clock {
  /** Wall clock, for records that people read. */
  now(): Date
  /** Milliseconds that only increase, also while the machine is suspended, whatever the wall clock is set to: for leases and durations. */
  monotonic(): number
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Randomness {
  /** A random UUID. */
  uuid(): string
}
