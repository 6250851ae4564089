import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { LiveLease } from '../world/ports/leases.ts'
import type { Processes, ProcessIdentity } from '../world/ports/process.ts'
import {
  HeldLease,
  type HeldLock,
  type HolderPorts,
  LEASE_SECONDS,
  type LockPlace,
  leaseOf,
  type Taken,
  withInheritedHelm,
} from './heldLock.ts'
import { describeHolder, type Holder, holderOf } from './holder.ts'

const RETRY_MS = 1_000
const HELM_GRACE_MS = 30_000

export type LockPorts = HolderPorts & { readonly processes: Processes; readonly signal: AbortSignal }

/**
 * Takes the lock of one installation, a Lease of {@link LEASE_SECONDS} renewed every 10 s. A holder proven dead on this
 * host is taken over at once, any other only after its lease time without a renewal, judged by our own monotonic clock.
 * Throws `lock/held`, naming the holder, after `timeoutMs`, and `lock/interrupted` when `signal` aborts the wait.
 * `watch`: what earlier attempts saw.
 */
export async function acquireLock(
  ports: LockPorts,
  place: LockPlace,
  holder: Holder,
  timeoutMs: number,
  watch: LockWatch = watchLock(ports.clock),
): Promise<HeldLock> {
  await ports.leases.ensureNamespace(place.namespace)
  const deadline = ports.clock.monotonic() + timeoutMs
  for (;;) {
    if (ports.signal.aborted) throw new ProblemError(INTERRUPTED)
    const seen = await look(ports, place)
    const taken = await tryTake(ports, place, holder, seen, watch)
    if (typeof taken === 'object') return new HeldLease(ports, place, holder, taken, watch.endedHelm)
    // Somebody was quicker: who that is, is told, not whose place both of us wanted.
    if (ports.clock.monotonic() >= deadline) throw new ProblemError(heldBy(taken === 'outrun' ? await look(ports, place) : seen, place))
    await pause(ports, deadline)
  }
}

/**
 * Waits until nobody works under the lock; takes nothing and writes nothing. A report made while an apply runs would tell
 * its half-done work as drift. Throws `lock/held`, naming the holder, after `timeoutMs`.
 */
export async function awaitUnlocked(ports: LockPorts, place: LockPlace, timeoutMs: number): Promise<void> {
  const deadline = ports.clock.monotonic() + timeoutMs
  const watch = watchLock(ports.clock)
  while (!ports.signal.aborted) {
    const seen = await look(ports, place)
    if (seen === undefined || standingOf(ports, seen, watch) !== 'held') return
    if (ports.clock.monotonic() >= deadline) throw new ProblemError(heldBy(seen, place))
    await pause(ports, deadline)
  }
}

function pause({ clock, signal }: LockPorts, deadline: number): Promise<void> {
  const left = Math.max(1, deadline - clock.monotonic())
  return clock.sleep(Math.min(RETRY_MS, left), signal).catch(() => undefined)
}

/** The resourceVersion last seen, and since when: a renewal changes it. */
export type LockWatch = { version: string; since: number; endedHelm?: ProcessIdentity | undefined }

/** Begins to watch a lock's renewals; kept between attempts, a holder is seen to be dead without waiting in any of them. */
export function watchLock(clock: Clock): LockWatch {
  return { version: '', since: clock.monotonic() }
}

async function look({ leases }: LockPorts, place: LockPlace): Promise<LiveLease | undefined> {
  const read = await leases.get(place.namespace, place.name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' ? read.value : undefined
}

async function tryTake(
  ports: LockPorts,
  { namespace, name }: LockPlace,
  holder: Holder,
  seen: LiveLease | undefined,
  watch: LockWatch,
): Promise<Taken | 'outrun' | undefined> {
  if (seen !== undefined && !(await isFree(ports, seen, watch))) return undefined
  const next = leaseOf(withInheritedHelm(holder, watch.endedHelm), ports.clock, seen === undefined ? 0 : seen.transitions + 1)
  const asked = ports.clock.monotonic()
  const outcome =
    seen === undefined
      ? await ports.leases.create(namespace, name, next)
      : await ports.leases.replace(namespace, name, next, seen.resourceVersion)
  return typeof outcome === 'string' ? 'outrun' : { lease: outcome, asked }
}

async function isFree(ports: LockPorts, seen: LiveLease, watch: LockWatch): Promise<boolean> {
  const standing = standingOf(ports, seen, watch)
  const isKnown = standing === 'free' || standing === 'dead'
  watch.endedHelm = isKnown ? await ended(ports.processes, holderOf(seen)?.helm) : undefined
  return standing !== 'held'
}

type Standing = 'free' | 'held' | 'dead' | 'expired'

/** `dead`: proven so, on this host. `expired`: on another host, and not renewed for its lease time by our own clock. */
function standingOf({ processes, clock }: LockPorts, seen: LiveLease, watch: LockWatch): Standing {
  if (seen.holder === '') return 'free'
  const other = holderOf(seen)
  const alive = other === undefined ? undefined : processes.isAlive(other.process)
  if (alive === false) return 'dead'
  if (watch.version !== seen.resourceVersion) Object.assign(watch, { version: seen.resourceVersion, since: clock.monotonic() })
  // A living process on this very host is never robbed, however long it was suspended: fencing stops it, not us.
  return alive === undefined && clock.monotonic() - watch.since >= seen.durationSeconds * 1000 ? 'expired' : 'held'
}

/** The helm that a holder left behind, once it is known to be gone: it may have outlived its groundcrew and would write on beside us. */
async function ended(processes: Processes, helm: ProcessIdentity | undefined): Promise<ProcessIdentity | undefined> {
  if (helm === undefined || processes.isAlive(helm) === undefined) return undefined
  await processes.terminate(helm, HELM_GRACE_MS)
  return helm
}

function heldBy(seen: LiveLease | undefined, place: LockPlace): Problem {
  return {
    code: 'lock/held',
    summary: `The installation is locked by ${seen === undefined ? 'another run' : describeHolder(seen)}.`,
    detail: `Lease ${place.name} in namespace ${place.namespace}, last renewed ${seen?.renewTime ?? 'never'}.`,
    remedy: `Wait for it, or let groundcrew wait: --lock-timeout 5m. A holder on another host that died is taken over after ${LEASE_SECONDS} s without a renewal: --lock-timeout 60s. Only if you know that it is gone: groundcrew force-unlock ${seen?.holder ?? 'ID'}`,
  }
}

const INTERRUPTED: Problem = {
  code: 'lock/interrupted',
  summary: 'The wait for the lock was interrupted. Nothing was changed.',
  remedy: 'Apply again.',
}
