import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { Lease, Leases, LiveLease } from '../world/ports/leases.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import { describeHolder, type Holder } from './holder.ts'

/** A lease nobody renewed for this long may be taken by another host. */
export const LEASE_SECONDS = 30
/** The holder renews this often. */
export const RENEW_MS = 10_000
/** A holder that could not renew for this long stops writing: well before another may take over. */
const FENCE_MS = (LEASE_SECONDS * 1000 * 2) / 3
const RETRY_MS = 1_000

export type HolderPorts = { readonly leases: Leases; readonly clock: Clock }
export type LockPlace = { readonly namespace: string; readonly name: string }

export interface HeldLock {
  /** Throws, saying why, unless this process still holds the lock. */
  assertLockHeld(): Promise<void>
  /** Names helm's process in the Lease, so that another may end it after our death. Throws when that cannot be done in time. */
  registerChild(helm: ProcessIdentity): Promise<void>
  /** The helm that a dead holder had let loose on this host, ended or found dead when the lock was taken over. */
  readonly terminatedHelm: ProcessIdentity | undefined
  /** Aborts when the lock is lost; its reason is a ProblemError that says why. */
  readonly lost: AbortSignal
  /** Gives it back. `isDone`: all is as planned; otherwise the next holder is still told of a helm that died before us. */
  release(isDone: boolean): Promise<void>
}

/** A Lease of ours, and when its writing was begun: what counts for the others can only be later. */
export type Taken = { readonly lease: LiveLease; readonly asked: number }

/** Keeps a taken Lease until it is released or lost. */
export class HeldLease implements HeldLock {
  readonly terminatedHelm: ProcessIdentity | undefined
  readonly #ports: HolderPorts
  readonly #place: LockPlace
  readonly #lost = new AbortController()
  readonly #stop = new AbortController()
  #holder: Holder
  #lease: LiveLease
  #renewed: number
  #refused: Problem | undefined
  // Renewals and announcements share one resourceVersion: one after the other.
  #queue: Promise<void> = Promise.resolve()

  constructor(ports: HolderPorts, place: LockPlace, holder: Holder, { lease, asked }: Taken, endedHelm: ProcessIdentity | undefined) {
    this.terminatedHelm = endedHelm
    this.#ports = ports
    this.#place = place
    this.#holder = withInheritedHelm(holder, endedHelm)
    this.#lease = lease
    this.#renewed = asked
    void this.#keep()
    void this.#guard()
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async assertLockHeld(): Promise<void> {
    this.#checkFence()
    if (this.#lost.signal.aborted) throw this.#lost.signal.reason
  }

  async registerChild(helm: ProcessIdentity): Promise<void> {
    this.#holder = { ...this.#holder, helm }
    const info = JSON.stringify(this.#holder)
    for (;;) {
      await this.#renew()
      await this.assertLockHeld()
      if (this.#lease.info === info) return
      await this.#ports.clock.sleep(RETRY_MS)
    }
  }

  async release(isDone: boolean): Promise<void> {
    this.#stop.abort()
    await this.#queue
    this.#checkFence()
    if (this.#lost.signal.aborted) return
    const { resourceVersion, ...lease } = this.#lease
    const info = !isDone && this.#holder.helm === this.terminatedHelm ? lease.info : ''
    // What cannot be given back ends by itself; the apply's own outcome is what counts.
    await this.#ports.leases
      .replace(this.#place.namespace, this.#place.name, { ...lease, holder: '', info }, resourceVersion)
      .catch(() => undefined)
  }

  async #keep(): Promise<void> {
    while (!this.#isOver()) {
      await this.#pause(this.#refused === undefined ? RENEW_MS : RETRY_MS)
      if (!this.#isOver()) await this.#renew()
    }
  }

  /** Apart from the renewals: a server that does not answer must not hold up the fence. Often, for a machine that slept. */
  async #guard(): Promise<void> {
    while (!this.#isOver()) {
      this.#checkFence()
      await this.#pause(RETRY_MS)
    }
  }

  #pause(ms: number): Promise<void> {
    return this.#ports.clock.sleep(ms, AbortSignal.any([this.#stop.signal, this.#lost.signal])).catch(() => undefined)
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted || this.#lost.signal.aborted
  }

  #checkFence(): void {
    const silent = this.#ports.clock.monotonic() - this.#renewed
    if (silent >= FENCE_MS) this.#lose(notRenewed(silent, this.#refused))
  }

  #lose(why: Problem): void {
    this.#lost.abort(new ProblemError(why))
  }

  #renew(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      // Who wakes too late asks nothing: the Lease may be another's.
      this.#checkFence()
      if (this.#lost.signal.aborted) return
      const asked = this.#ports.clock.monotonic()
      const { resourceVersion, ...lease } = this.#lease
      const next = { ...lease, renewTime: microTime(this.#ports.clock.now()), info: JSON.stringify(this.#holder) }
      try {
        const outcome = await this.#ports.leases.replace(this.#place.namespace, this.#place.name, next, resourceVersion)
        if (outcome === 'conflict') await this.#afterConflict()
        else this.#took(outcome, asked)
      } catch (error) {
        // A server that is away is not a lost lock yet: the next round tries again until the fence closes.
        this.#refused = error instanceof ProblemError ? error.problems[0] : undefined
        this.#refused ??= UNKNOWN
      }
    })
    return this.#queue
  }

  /** A renewal whose answer was lost conflicts with itself: only another holder means the lock is gone. */
  async #afterConflict(): Promise<void> {
    const read = await this.#ports.leases.get(this.#place.namespace, this.#place.name)
    if (read.is === 'unknown') throw new ProblemError(read.why)
    if (read.is === 'present' && read.value.holder === this.#holder.id) {
      this.#lease = read.value
      this.#refused = CONFLICT
    } else this.#lose(takenAway(read.is === 'present' ? read.value : undefined))
  }

  #took(lease: LiveLease, asked: number): void {
    this.#lease = lease
    this.#renewed = asked
    this.#refused = undefined
  }
}

/** What a dead holder left behind stays known until it is dealt with, whatever happens to us. */
export function withInheritedHelm(holder: Holder, helm: ProcessIdentity | undefined): Holder {
  return helm === undefined ? holder : { ...holder, helm }
}

/** The Lease that a holder writes. `transitions`: how often it changed hands. */
export function leaseOf(holder: Holder, clock: Clock, transitions: number): Lease {
  const now = microTime(clock.now())
  return { holder: holder.id, acquireTime: now, renewTime: now, durationSeconds: LEASE_SECONDS, transitions, info: JSON.stringify(holder) }
}

function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

const AGAIN = 'then apply again: it goes on where this run stopped.'
const UNKNOWN: Problem = { code: 'lock/not-renewed', summary: 'The API server could not be asked.', remedy: 'Look at it.' }
const CONFLICT: Problem = { code: 'lock/not-renewed', summary: 'An answer of the API server was lost.', remedy: 'Look at it.' }

function notRenewed(silentMs: number, refused: Problem | undefined): Problem {
  const since = `for ${Math.round(silentMs / 1000)} s`
  return {
    code: 'lock/lost',
    summary: `The lock could not be renewed ${since}, so nothing more is written: another host may take it over after ${LEASE_SECONDS} s.`,
    detail: refused === undefined ? 'This run was suspended, or its machine slept.' : `The last try: ${refused.summary}`,
    remedy: refused === undefined ? `See who applies now, ${AGAIN}` : `Look at the API server, ${AGAIN}`,
  }
}

function takenAway(lease: LiveLease | undefined): Problem {
  const what =
    lease === undefined ? 'its Lease was deleted' : lease.holder === '' ? 'it was unlocked by hand' : `${describeHolder(lease)} holds it`
  return {
    code: 'lock/taken',
    summary: `The lock is no longer ours: ${what}. Nothing more is written.`,
    remedy: `See who applies now, ${AGAIN}`,
  }
}
