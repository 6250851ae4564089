import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { Lease, Leases, LiveLease } from '../world/ports/leases.ts'
import type { Processes, ProcessIdentity } from '../world/ports/process.ts'

/** A lease nobody renewed for this long may be taken by another host. */
export const LEASE_SECONDS = 30
const RENEW_MS = 10_000
/** A holder that could not renew for this long stops writing: well before another may take over. */
const FENCE_MS = (LEASE_SECONDS * 1000 * 2) / 3
const RETRY_MS = 1_000
const HELM_GRACE_MS = 30_000

/** Who holds the lock: enough to tell whether it lives, and to end the helm it left behind. */
export type Holder = {
  readonly id: string
  readonly who: string
  readonly command: string
  readonly since: string
  readonly process: ProcessIdentity
  readonly helm?: ProcessIdentity
}

export type LockPorts = { readonly leases: Leases; readonly processes: Processes; readonly clock: Clock }
export type LockPlace = { readonly namespace: string; readonly name: string }

export interface HeldLock {
  /** Throws unless this process still holds the lock. */
  fenced(): Promise<void>
  /** Names helm's process in the Lease, so that another may end it after our death. */
  announce(helm: ProcessIdentity): Promise<void>
  /** The helm that a dead holder had let loose on this host, ended or found dead when the lock was taken over. */
  readonly endedHelm: ProcessIdentity | undefined
  /** Aborts when the lock is lost. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/**
 * Takes the lock of one installation, a Lease of {@link LEASE_SECONDS} renewed every 10 s. A holder proven dead on this
 * host is taken over at once, any other only after its lease time without a renewal, judged by our own monotonic clock.
 * Throws `lock/held`, naming the holder, after `timeoutMs`.
 */
export async function acquireLock(ports: LockPorts, place: LockPlace, holder: Holder, timeoutMs: number): Promise<HeldLock> {
  await ports.leases.ensureNamespace(place.namespace)
  const deadline = ports.clock.monotonic() + timeoutMs
  const watch: Watch = { version: '', since: ports.clock.monotonic() }
  for (;;) {
    const seen = await look(ports.leases, place)
    const taken = await tryTake(ports, place, holder, seen, watch)
    if (taken !== undefined) return new Held(ports, place, holder, taken, watch.endedHelm)
    if (ports.clock.monotonic() >= deadline) throw new ProblemError(heldBy(seen, place))
    await ports.clock.sleep(Math.min(RETRY_MS, Math.max(1, deadline - ports.clock.monotonic())))
  }
}

/** The resourceVersion last seen, and since when: a renewal changes it. */
type Watch = { version: string; since: number; endedHelm?: ProcessIdentity }

async function look(leases: Leases, place: LockPlace): Promise<LiveLease | undefined> {
  const read = await leases.get(place.namespace, place.name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' ? read.value : undefined
}

async function tryTake(
  ports: LockPorts,
  place: LockPlace,
  holder: Holder,
  seen: LiveLease | undefined,
  watch: Watch,
): Promise<LiveLease | undefined> {
  if (seen === undefined) return settled(await ports.leases.create(place.namespace, place.name, leaseOf(holder, ports.clock, 0)))
  if (seen.holder !== '' && !(await isFree(ports, seen, watch))) return undefined
  const next = leaseOf(holder, ports.clock, seen.transitions + 1)
  return settled(await ports.leases.replace(place.namespace, place.name, next, seen.resourceVersion))
}

async function isFree(ports: LockPorts, seen: LiveLease, watch: Watch): Promise<boolean> {
  const other = parseHolder(seen.info)
  const alive = other === undefined ? undefined : ports.processes.isAlive(other.process)
  if (alive === false && other !== undefined) {
    // Its helm may have outlived it and would write on beside us.
    if (other.helm !== undefined && ports.processes.isAlive(other.helm) === true) await ports.processes.end(other.helm, HELM_GRACE_MS)
    if (other.helm !== undefined) watch.endedHelm = other.helm
    return true
  }
  if (watch.version !== seen.resourceVersion) Object.assign(watch, { version: seen.resourceVersion, since: ports.clock.monotonic() })
  // A living process on this very host is never robbed, however long it was suspended: fencing stops it, not us.
  return alive === undefined && ports.clock.monotonic() - watch.since >= seen.durationSeconds * 1000
}

function settled(outcome: LiveLease | 'exists' | 'conflict'): LiveLease | undefined {
  return typeof outcome === 'string' ? undefined : outcome
}

function leaseOf(holder: Holder, clock: Clock, transitions: number): Lease {
  const now = microTime(clock.now())
  return { holder: holder.id, acquireTime: now, renewTime: now, durationSeconds: LEASE_SECONDS, transitions, info: JSON.stringify(holder) }
}

function microTime(at: Date): string {
  return at.toISOString().replace('Z', '000Z')
}

function parseHolder(info: string): Holder | undefined {
  try {
    const value = JSON.parse(info) as Holder
    return typeof value.process?.pid === 'number' ? value : undefined
  } catch {
    return undefined
  }
}

function heldBy(seen: LiveLease | undefined, place: LockPlace): Problem {
  const holder = seen && parseHolder(seen.info)
  const who = holder
    ? `${holder.who} (${holder.command}, process ${holder.process.pid} on ${holder.process.host}, since ${holder.since})`
    : (seen?.holder ?? 'another run')
  return {
    code: 'lock/held',
    summary: `The installation is locked by ${who}.`,
    detail: `Lease ${place.name} in namespace ${place.namespace}, last renewed ${seen?.renewTime ?? 'never'}.`,
    remedy: `Wait for it, or let groundcrew wait: --lock-timeout 5m. A holder on another host that died is taken over after ${LEASE_SECONDS} s without a renewal: --lock-timeout 60s. Only if you know that it is gone: groundcrew force-unlock ${seen?.holder ?? 'ID'}`,
  }
}

class Held implements HeldLock {
  readonly #ports: LockPorts
  readonly #place: LockPlace
  readonly #lost = new AbortController()
  readonly #stop = new AbortController()
  #holder: Holder
  #lease: LiveLease
  #renewed: number
  // Renewals and announcements share one resourceVersion: one after the other.
  #queue: Promise<void> = Promise.resolve()

  readonly endedHelm: ProcessIdentity | undefined

  constructor(ports: LockPorts, place: LockPlace, holder: Holder, lease: LiveLease, endedHelm: ProcessIdentity | undefined) {
    this.endedHelm = endedHelm
    this.#ports = ports
    this.#place = place
    this.#holder = holder
    this.#lease = lease
    this.#renewed = ports.clock.monotonic()
    void this.#keep()
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async fenced(): Promise<void> {
    if (this.#ports.clock.monotonic() - this.#renewed >= FENCE_MS) this.#lost.abort()
    if (this.#lost.signal.aborted) throw new ProblemError(LOST)
  }

  async announce(helm: ProcessIdentity): Promise<void> {
    this.#holder = { ...this.#holder, helm }
    await this.#renew()
    await this.fenced()
  }

  async release(): Promise<void> {
    this.#stop.abort()
    await this.#queue
    if (this.#lost.signal.aborted) return
    const { resourceVersion, ...lease } = this.#lease
    // What cannot be given back ends by itself; the apply's own outcome is what counts.
    await this.#ports.leases
      .replace(this.#place.namespace, this.#place.name, { ...lease, holder: '', info: '' }, resourceVersion)
      .catch(() => undefined)
  }

  async #keep(): Promise<void> {
    while (!this.#stop.signal.aborted && !this.#lost.signal.aborted) {
      await this.#ports.clock.sleep(RENEW_MS, this.#stop.signal).catch(() => undefined)
      if (!this.#stop.signal.aborted) await this.#renew()
      if (this.#ports.clock.monotonic() - this.#renewed >= FENCE_MS) this.#lost.abort()
    }
  }

  #renew(): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      const started = this.#ports.clock.monotonic()
      const { resourceVersion, ...lease } = this.#lease
      const next = { ...lease, renewTime: microTime(this.#ports.clock.now()), info: JSON.stringify(this.#holder) }
      // A server that is away is not a lost lock yet: the next round tries again until the fence closes.
      const outcome = await this.#ports.leases
        .replace(this.#place.namespace, this.#place.name, next, resourceVersion)
        .catch(() => undefined)
      if (outcome === 'conflict') await this.#afterConflict()
      else if (outcome !== undefined) this.#took(outcome, started)
    })
    return this.#queue
  }

  /** A renewal whose answer was lost conflicts with itself: only another holder means the lock is gone. */
  async #afterConflict(): Promise<void> {
    const read = await this.#ports.leases.get(this.#place.namespace, this.#place.name)
    if (read.is === 'present' && read.value.holder === this.#holder.id) this.#lease = read.value
    else if (read.is !== 'unknown') this.#lost.abort()
  }

  #took(lease: LiveLease, started: number): void {
    this.#lease = lease
    this.#renewed = started
  }
}

const LOST: Problem = {
  code: 'lock/lost',
  summary: 'The lock could not be kept, so nothing more is written.',
  remedy: 'Look at the API server, then apply again: it goes on where this run stopped.',
}
