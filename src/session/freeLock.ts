import { RENEW_MS } from '../state/heldLock.ts'
import { holderOf } from '../state/holder.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { LiveLease } from '../world/ports/leases.ts'
import type { ReportingHost } from './host.ts'
import { lockLease } from './lockLease.ts'
import type { Session } from './session.ts'

/** Longer than a running holder takes to renew its Lease. */
const OBSERVE_MS = RENEW_MS + 4_000

/**
 * Frees the lock that exactly this run holds, once approved: true. A holder that is known to run keeps it, be it a process of
 * this host or one that renews the lock while it is observed. Throws a ProblemError then.
 */
export async function freeLock(host: ReportingHost, session: Session, run: string, approve: () => Promise<boolean>): Promise<boolean> {
  const held = await leaseOf(session, run)
  const holder = holderOf(held)
  const isAlive = holder && host.processes.isAlive(holder.process)
  if (holder !== undefined && isAlive === true) throw new ProblemError(runsHere(holder.process.pid))
  if (!(await approve())) return false
  if (isAlive !== false) await assertNotRenewed(host, session, held, run)
  const { resourceVersion, ...lease } = held
  const { namespace, name } = lockLease(session.resolved.installation)
  // The Lease keeps the helm process that this holder left behind: the next holder has to know it.
  const freed = await session.leases.replace(namespace, name, { ...lease, holder: '' }, resourceVersion)
  if (freed === 'conflict') throw new ProblemError(RENEWED)
  return true
}

/** The Lease, if this run holds it. */
async function leaseOf(session: Session, run: string): Promise<LiveLease> {
  const { namespace, name } = lockLease(session.resolved.installation)
  const read = await session.leases.get(namespace, name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  if (read.is === 'present' && read.value.holder === run && run !== '') return read.value
  throw new ProblemError(notHeld(run, read.is === 'present' ? read.value.holder : ''))
}

/** Throws when the holder, which may run on another host, renews the lock. */
async function assertNotRenewed(host: ReportingHost, session: Session, held: LiveLease, run: string): Promise<void> {
  host.report.note(`Waiting ${OBSERVE_MS / 1000} s to see whether the holder renews the lock ...`)
  await host.clock.sleep(OBSERVE_MS, host.signal)
  const now = await leaseOf(session, run)
  if (now.resourceVersion !== held.resourceVersion) throw new ProblemError(RENEWED)
}

const RENEWED: Problem = {
  code: 'lock/alive',
  summary: 'The holder has just renewed the lock: it is running.',
  remedy: 'Wait for it, or stop it on its host; it then releases the lock.',
}

function runsHere(pid: number): Problem {
  const summary = `The holder is running: it is process ${pid} on this host.`
  return { code: 'lock/alive', summary, remedy: `Wait for it, or stop it: kill ${pid}; it then releases the lock.` }
}

function notHeld(run: string, holder: string): Problem {
  const summary = holder === '' ? 'No run holds the lock.' : `The lock is held by run ${holder}, not by ${run}.`
  return { code: 'lock/other-holder', summary, remedy: 'groundcrew apply names the run that holds it.' }
}
