import type { ExitCode, GlobalOptions, Host, ReportingHost } from '../session/host.ts'
import { lockPlace } from '../session/lockOptions.ts'
import { openSession, type Session } from '../session/session.ts'
import { RENEW_MS } from '../state/heldLock.ts'
import { holderOf } from '../state/holder.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { LiveLease } from '../world/ports/leases.ts'

/** Longer than a living holder lets its Lease go without a renewal. */
const PROOF_MS = RENEW_MS + 4_000

export type UnlockOptions = GlobalOptions & { readonly force?: boolean }

/**
 * Frees the lock of exactly the run that was named, after a yes. A holder that is seen to live keeps it: a process of this
 * host, or one that renews while it is watched.
 */
export async function forceUnlock(host: ReportingHost, options: UnlockOptions, id: string): Promise<ExitCode> {
  await using session = await openSession(host, options)
  const held = await lockOf(session, id)
  const holder = holderOf(held)
  const alive = holder && host.processes.isAlive(holder.process)
  if (holder !== undefined && alive === true) throw new ProblemError(livesHere(holder.process.pid))
  if (!options.force && (options.json || !(await approved(host)))) {
    host.report.note('The lock stays. Without a terminal to ask, --force frees it.', 'warn')
    return 1
  }
  if (alive !== false) await watch(host, session, held, id)
  const { resourceVersion, ...lease } = held
  const { namespace, name } = lockPlace(session.resolved.installation)
  // The next holder is still told of the helm that this one left.
  const freed = await session.leases.replace(namespace, name, { ...lease, holder: '' }, resourceVersion)
  if (freed === 'conflict') throw new ProblemError(RENEWED)
  host.report.note(`The lock of run ${id} is free.`)
  return 0
}

/** The Lease, if this run holds it. */
async function lockOf(session: Session, id: string): Promise<LiveLease> {
  const { namespace, name } = lockPlace(session.resolved.installation)
  const read = await session.leases.get(namespace, name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  if (read.is === 'present' && read.value.holder === id && id !== '') return read.value
  throw new ProblemError(notHeld(id, read.is === 'present' ? read.value.holder : ''))
}

async function approved(host: Host): Promise<boolean> {
  const answer = await host.ask?.('Two applies at once can harm the installation. Free the lock? Only "yes" is taken for yes: ')
  return answer?.trim() === 'yes'
}

/** Throws when the holder, which cannot be seen from here, shows that it lives. */
async function watch(host: ReportingHost, session: Session, held: LiveLease, id: string): Promise<void> {
  host.report.note(`Watching for ${PROOF_MS / 1000} s whether its holder renews it ...`)
  await host.clock.sleep(PROOF_MS, host.signal)
  const now = await lockOf(session, id)
  if (now.resourceVersion !== held.resourceVersion) throw new ProblemError(RENEWED)
}

const RENEWED: Problem = {
  code: 'lock/alive',
  summary: 'Its holder has just renewed the lock: it is alive.',
  remedy: 'Wait for it, or end it on its host; it gives the lock back then.',
}

function livesHere(pid: number): Problem {
  const summary = `Its holder is alive: it is process ${pid} of this host.`
  return { code: 'lock/alive', summary, remedy: `Wait for it, or end it: kill ${pid}; it gives the lock back then.` }
}

function notHeld(id: string, holder: string): Problem {
  const summary = holder === '' ? 'Nobody holds the lock.' : `The lock is held by run ${holder}, not by ${id}.`
  return { code: 'lock/other-holder', summary, remedy: 'groundcrew apply names the run that holds it.' }
}
