import { type Problem, ProblemError } from '../values/problem.ts'
import type { Clock } from '../world/ports/clock.ts'
import type { LiveLease } from '../world/ports/leases.ts'
import type { Processes, ProcessIdentity } from '../world/ports/process.ts'
import {
  type AcquiredLease,
  HeldLease,
  type HeldLock,
  type HolderPorts,
  LEASE_SECONDS,
  type LeaseName,
  leaseOf,
  withInheritedHelm,
} from './heldLock.ts'
import { describeHolder, type Holder, holderOf } from './holder.ts'

const RETRY_MS = 1_000
const HELM_GRACE_MS = 30_000

export type LockPorts = HolderPorts & { readonly processes: Processes; readonly signal: AbortSignal }

/**
 * Acquires the lock of one installation, a Lease of {@link LEASE_SECONDS} renewed every 10 s. The lock of a holder proven
 * dead on this host is taken over at once, any other only after its lease time without a renewal, by our monotonic clock.
 * Throws `lock/held`, naming the holder, after `timeoutMs`, and `lock/interrupted` when `signal` aborts the wait.
 * `watch`: what earlier attempts observed.
 */
export async function acquireLock(
  ports: LockPorts,
  leaseName: LeaseName,
  holder: Holder,
  timeoutMs: number,
  watch: LockWatch = watchLock(ports.clock),
): Promise<HeldLock> {
  await ports.leases.ensureNamespace(leaseName.namespace)
  const deadline = ports.clock.monotonic() + timeoutMs
  for (;;) {
    if (ports.signal.aborted) throw new ProblemError(INTERRUPTED)
    const current = await readLease(ports, leaseName)
    const acquired = await tryAcquire(ports, leaseName, holder, current, watch)
    if (typeof acquired === 'object') return new HeldLease(ports, leaseName, holder, acquired, watch.terminatedHelm)
    // After a conflict, name the process that got the lock, not the holder before it.
    if (ports.clock.monotonic() >= deadline)
      throw new ProblemError(lockHeld(acquired === 'conflict' ? await readLease(ports, leaseName) : current, leaseName))
    await waitToRetry(ports, deadline)
  }
}

/**
 * Waits until no process holds the lock; acquires and writes nothing. A report made while an apply runs would show its
 * unfinished changes as drift. Throws `lock/held`, naming the holder, after `timeoutMs`.
 */
export async function awaitUnlocked(ports: LockPorts, leaseName: LeaseName, timeoutMs: number): Promise<void> {
  const deadline = ports.clock.monotonic() + timeoutMs
  const watch = watchLock(ports.clock)
  while (!ports.signal.aborted) {
    const current = await readLease(ports, leaseName)
    if (current === undefined || holderStatus(ports, current, watch) !== 'held') return
    if (ports.clock.monotonic() >= deadline) throw new ProblemError(lockHeld(current, leaseName))
    await waitToRetry(ports, deadline)
  }
}

function waitToRetry({ clock, signal }: LockPorts, deadline: number): Promise<void> {
  const left = Math.max(1, deadline - clock.monotonic())
  return clock.sleep(Math.min(RETRY_MS, left), signal).catch(() => undefined)
}

/** The last observed resourceVersion, and since when: a renewal changes it. */
export type LockWatch = { version: string; since: number; terminatedHelm?: ProcessIdentity | undefined }

/** Starts to observe a lock's renewals. Passed to every attempt, it detects a dead holder even if no attempt waits. */
export function watchLock(clock: Clock): LockWatch {
  return { version: '', since: clock.monotonic() }
}

async function readLease({ leases }: LockPorts, leaseName: LeaseName): Promise<LiveLease | undefined> {
  const read = await leases.get(leaseName.namespace, leaseName.name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' ? read.value : undefined
}

async function tryAcquire(
  ports: LockPorts,
  { namespace, name }: LeaseName,
  holder: Holder,
  current: LiveLease | undefined,
  watch: LockWatch,
): Promise<AcquiredLease | 'conflict' | undefined> {
  if (current !== undefined && !(await isFree(ports, current, watch))) return undefined
  const next = leaseOf(withInheritedHelm(holder, watch.terminatedHelm), ports.clock, current === undefined ? 0 : current.transitions + 1)
  const requestedAt = ports.clock.monotonic()
  const outcome =
    current === undefined
      ? await ports.leases.create(namespace, name, next)
      : await ports.leases.replace(namespace, name, next, current.resourceVersion)
  return typeof outcome === 'string' ? 'conflict' : { lease: outcome, requestedAt }
}

async function isFree(ports: LockPorts, current: LiveLease, watch: LockWatch): Promise<boolean> {
  const status = holderStatus(ports, current, watch)
  const isKnown = status === 'free' || status === 'dead'
  watch.terminatedHelm = isKnown ? await terminateHelm(ports.processes, holderOf(current)?.helm) : undefined
  return status !== 'held'
}

type HolderStatus = 'free' | 'held' | 'dead' | 'expired'

/** `dead`: proven, on this host. `expired`: on another host, and not renewed for its lease time by our clock. */
function holderStatus({ processes, clock }: LockPorts, current: LiveLease, watch: LockWatch): HolderStatus {
  if (current.holder === '') return 'free'
  const other = holderOf(current)
  const alive = other === undefined ? undefined : processes.isAlive(other.process)
  if (alive === false) return 'dead'
  if (watch.version !== current.resourceVersion) Object.assign(watch, { version: current.resourceVersion, since: clock.monotonic() })
  // The lock of a living process on this host is never taken over, however long it was suspended: its own fence stops it.
  return alive === undefined && clock.monotonic() - watch.since >= current.durationSeconds * 1000 ? 'expired' : 'held'
}

/** Terminates the helm process that a holder left, which may still be running and writing; returns it once it has exited. */
async function terminateHelm(processes: Processes, helm: ProcessIdentity | undefined): Promise<ProcessIdentity | undefined> {
  if (helm === undefined || processes.isAlive(helm) === undefined) return undefined
  await processes.terminate(helm, HELM_GRACE_MS)
  return helm
}

function lockHeld(current: LiveLease | undefined, leaseName: LeaseName): Problem {
  return {
    code: 'lock/held',
    summary: `The installation is locked by ${current === undefined ? 'another run' : describeHolder(current)}.`,
    detail: `Lease ${leaseName.name} in namespace ${leaseName.namespace}, last renewed ${current?.renewTime ?? 'never'}.`,
    remedy: `Wait until it ends, or retry for a while: --lock-timeout 5m. The lock of a dead process on another host is taken over after ${LEASE_SECONDS} s without a renewal: --lock-timeout 60s. Only if you are sure that it is dead: groundcrew force-unlock ${current?.holder ?? 'ID'}`,
  }
}

const INTERRUPTED: Problem = {
  code: 'lock/interrupted',
  summary: 'The wait for the lock was interrupted. Nothing was changed.',
  remedy: 'Apply again.',
}
