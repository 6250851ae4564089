import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { Lease, Leases, LiveLease } from '../world/ports/leases.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import { describeHolder, type Holder } from './holder.ts'

/** A Lease that was not renewed for this long may be taken over by another host. */
export const LEASE_SECONDS = 30
/** How often the holder renews it. */
export const RENEW_MS = 10_000
/** A holder that could not renew for this long stops writing, well before another host may take over. */
const FENCE_MS = (LEASE_SECONDS * 1000 * 2) / 3
const RETRY_MS = 1_000

export type HolderPorts = { readonly leases: Leases; readonly clock: Clock }
export type LeaseName = { readonly namespace: string; readonly name: string }

export interface HeldLock {
  /** Throws a ProblemError with the reason unless this process still holds the lock. */
  assertLockHeld(): Promise<void>
  /** Records helm's process in the Lease, so that the next holder can terminate it if this process dies. Throws when that cannot be done in time. */
  registerChild(helm: ProcessIdentity): Promise<void>
  /** The helm process that a dead holder started on this host; it was terminated, or had exited, when the lock was taken over. */
  readonly terminatedHelm: ProcessIdentity | undefined
  /** Aborts when the lock is lost; its reason is a ProblemError. */
  readonly lost: AbortSignal
  /** Releases the lock. `isComplete`: everything is as planned. Otherwise the Lease still names an inherited helm process for the next holder. */
  release(isComplete: boolean): Promise<void>
}

/** A Lease that this process wrote. `requestedAt`: before the request was sent, so that our lease time ends before the others' does. */
export type AcquiredLease = { readonly lease: LiveLease; readonly requestedAt: number }

/** Renews an acquired Lease until it is released or lost. */
export class HeldLease implements HeldLock {
  readonly terminatedHelm: ProcessIdentity | undefined
  readonly #ports: HolderPorts
  readonly #leaseName: LeaseName
  readonly #lost = new AbortController()
  readonly #stop = new AbortController()
  #holder: Holder
  #lease: LiveLease
  #renewedAt: number
  #lastFailure: Problem | undefined
  // Renewals and registrations share one resourceVersion, so they run one after the other.
  #queue: Promise<void> = Promise.resolve()

  constructor(
    ports: HolderPorts,
    leaseName: LeaseName,
    holder: Holder,
    { lease, requestedAt }: AcquiredLease,
    terminatedHelm: ProcessIdentity | undefined,
  ) {
    this.terminatedHelm = terminatedHelm
    this.#ports = ports
    this.#leaseName = leaseName
    this.#holder = withInheritedHelm(holder, terminatedHelm)
    this.#lease = lease
    this.#renewedAt = requestedAt
    void this.#renewLoop()
    void this.#fenceLoop()
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
    // A Lease that cannot be released expires; the apply's own outcome is what counts.
    await this.#ports.leases
      .replace(this.#leaseName.namespace, this.#leaseName.name, { ...lease, holder: '', info }, resourceVersion)
      .catch(() => undefined)
  }

  async #renewLoop(): Promise<void> {
    while (!this.#isOver()) {
      await this.#sleep(this.#lastFailure === undefined ? RENEW_MS : RETRY_MS)
      if (!this.#isOver()) await this.#renew()
    }
  }

  /** Separate from the renewals, because a hanging request must not delay the fence. Frequent, to notice that the machine was suspended. */
  async #fenceLoop(): Promise<void> {
    while (!this.#isOver()) {
      this.#checkFence()
      await this.#sleep(RETRY_MS)
    }
  }

  #sleep(ms: number): Promise<void> {
    return this.#ports.clock.sleep(ms, AbortSignal.any([this.#stop.signal, this.#lost.signal])).catch(() => undefined)
  }

  #isOver(): boolean {
    return this.#stop.signal.aborted || this.#lost.signal.aborted
  }

  #checkFence(): void {
    const sinceRenewal = this.#ports.clock.monotonic() - this.#renewedAt
    if (sinceRenewal >= FENCE_MS) this.#lose(renewalFailed(sinceRenewal, this.#lastFailure))
  }

  #lose(why: Problem): void {
    this.#lost.abort(new ProblemError(why))
  }

  #renew(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      // After a long suspension the Lease may belong to another host: send no request.
      this.#checkFence()
      if (this.#lost.signal.aborted) return
      const requestedAt = this.#ports.clock.monotonic()
      const { resourceVersion, ...lease } = this.#lease
      const next = { ...lease, renewTime: microTime(this.#ports.clock.now()), info: JSON.stringify(this.#holder) }
      try {
        const outcome = await this.#ports.leases.replace(this.#leaseName.namespace, this.#leaseName.name, next, resourceVersion)
        if (outcome === 'conflict') await this.#afterConflict()
        else this.#onRenewed(outcome, requestedAt)
      } catch (error) {
        // An unreachable server does not mean that the lock is lost: retry until the fence closes.
        this.#lastFailure = error instanceof ProblemError ? error.problems[0] : undefined
        this.#lastFailure ??= REQUEST_FAILED
      }
    })
    return this.#queue
  }

  /** A renewal whose response was lost conflicts with itself: only another holder means that the lock is lost. */
  async #afterConflict(): Promise<void> {
    const read = await this.#ports.leases.get(this.#leaseName.namespace, this.#leaseName.name)
    if (read.is === 'unknown') throw new ProblemError(read.why)
    if (read.is === 'present' && read.value.holder === this.#holder.id) {
      this.#lease = read.value
      this.#lastFailure = RESPONSE_LOST
    } else this.#lose(takenOver(read.is === 'present' ? read.value : undefined))
  }

  #onRenewed(lease: LiveLease, requestedAt: number): void {
    this.#lease = lease
    this.#renewedAt = requestedAt
    this.#lastFailure = undefined
  }
}

/** Keeps the helm process of a dead holder in the Lease until it is dealt with, even if this process dies as well. */
export function withInheritedHelm(holder: Holder, helm: ProcessIdentity | undefined): Holder {
  return helm === undefined ? holder : { ...holder, helm }
}

/** The Lease that a holder writes. `transitions`: how often the holder changed. */
export function leaseOf(holder: Holder, clock: Clock, transitions: number): Lease {
  const now = microTime(clock.now())
  return { holder: holder.id, acquireTime: now, renewTime: now, durationSeconds: LEASE_SECONDS, transitions, info: JSON.stringify(holder) }
}

function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

const APPLY_AGAIN = 'then apply again: it continues where this run stopped.'
const CHECK_SERVER = 'Check the API server.'
const REQUEST_FAILED: Problem = { code: 'lock/not-renewed', summary: 'A request to the API server failed.', remedy: CHECK_SERVER }
const RESPONSE_LOST: Problem = { code: 'lock/not-renewed', summary: 'A response of the API server was lost.', remedy: CHECK_SERVER }

function renewalFailed(sinceRenewalMs: number, lastFailure: Problem | undefined): Problem {
  const seconds = Math.round(sinceRenewalMs / 1000)
  return {
    code: 'lock/lost',
    summary: `The lock could not be renewed for ${seconds} s, so nothing more is written: another host may take it over after ${LEASE_SECONDS} s.`,
    detail: lastFailure === undefined ? 'This process or its machine was suspended.' : `Last attempt: ${lastFailure.summary}`,
    remedy: lastFailure === undefined ? `Check whether another apply is running, ${APPLY_AGAIN}` : `Check the API server, ${APPLY_AGAIN}`,
  }
}

function takenOver(lease: LiveLease | undefined): Problem {
  const reason =
    lease === undefined
      ? 'its Lease was deleted'
      : lease.holder === ''
        ? 'it was unlocked with force-unlock'
        : `${describeHolder(lease)} holds it`
  return {
    code: 'lock/taken',
    summary: `This run lost the lock: ${reason}. Nothing more is written.`,
    remedy: `Check whether another apply is running, ${APPLY_AGAIN}`,
  }
}
