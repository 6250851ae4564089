import type { SavedPlan } from '../plan/savedPlan.ts'
import { apply } from '../reconcile/apply.ts'
import type { Emit } from '../reconcile/events.ts'
import type { ExecutionResult } from '../reconcile/execute.ts'
import type { Planned } from '../reconcile/makePlan.ts'
import { readWorld, worldMismatch } from '../reconcile/worldCheck.ts'
import type { ApplyResult } from '../report/reporter.ts'
import type { HeldLock } from '../state/heldLock.ts'
import { type Leftovers, leftovers } from '../state/history.ts'
import type { Journal } from '../state/journal.ts'
import { acquireLock, type LockWatch } from '../state/lock.ts'
import { emptyState, type State } from '../state/state.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { VERSION } from '../version.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { Host } from './host.ts'
import { lockLease } from './lockLease.ts'
import { type CheckedPlan, type PlanScope, planWithConsents } from './planWithConsents.ts'
import { lockHolder, operatorName, runId } from './runIdentity.ts'
import { haveExited, type Session } from './session.ts'

const HELM_GRACE_MS = 30_000

/** What differs between the runs of `apply` and `watch`. */
export type LockedRun = {
  readonly command: 'apply' | 'watch'
  readonly scope: PlanScope
  /** How long to wait for another run to release the lock. */
  readonly lockTimeoutMs: number
  /** What earlier attempts observed of the lock. */
  readonly lockWatch?: LockWatch
  /** The saved plan that this run carries out. */
  readonly saved?: SavedPlan
  /** Returns the part of the plan to carry out; undefined: nothing. */
  readonly approve: (checked: CheckedPlan) => Promise<Planned | undefined>
  readonly emit: Emit
  /** Receives the result while the lock is still held: its release may take long. */
  readonly report?: (applied: ApplyResult) => void
}

/**
 * The one way in which an installation is changed: takes the lock, ends helm processes that earlier runs left behind, plans
 * and carries out what is approved. Undefined: nothing was approved. Throws a ProblemError: `lock/held` and all that
 * prevents the run.
 */
export async function lockedRun(host: Host, session: Session, run: LockedRun): Promise<ApplyResult | undefined> {
  // The seal comes before anything in the saved plan is used: it holds what its apply may do.
  if (run.saved !== undefined) (await import('./savedPlanFile.ts')).verifySeal(run.saved, session)
  await assertSameWorld(session, run.scope)
  const id = runId(host)
  const place = lockLease(session.resolved.installation)
  const holder = lockHolder(host, id, run.command)
  const lock = await acquireLock({ ...host, leases: session.leases }, place, holder, run.lockTimeoutMs, run.lockWatch)
  let isDone = false
  try {
    const applied = await runUnderLock(host, session, run, { id, lock })
    isDone = applied !== undefined && !isIncomplete(applied)
    if (applied !== undefined) run.report?.(applied)
    return applied
  } finally {
    await lock.release(isDone)
  }
}

/** True when a step failed or was skipped. */
export function isIncomplete({ failed, skipped }: ExecutionResult): boolean {
  return failed.length + skipped.length > 0
}

/** The lock is in the cluster, so the cluster has to be the right one before anything is written to it. */
async function assertSameWorld(session: Session, { acceptNewWorld }: PlanScope): Promise<void> {
  const state = await session.store.load()
  const world = await readWorld(session.world, session.resolved.installation)
  if ('problems' in world) throw new ProblemError(world.problems)
  const mismatch = acceptNewWorld ? undefined : worldMismatch(state?.world ?? null, world.identity)
  if (mismatch !== undefined) throw new ProblemError(mismatch)
}

type Locked = { readonly id: string; readonly lock: HeldLock }

async function runUnderLock(host: Host, session: Session, run: LockedRun, { id, lock }: Locked): Promise<ApplyResult | undefined> {
  // Read again: another run may have ended before this one got the lock.
  const state = (await session.store.load()) ?? emptyState(host.randomness.uuid())
  if (run.saved !== undefined) await (await import('./savedPlanFile.ts')).assertPlanUnused(run.saved, session)
  const unfinished = await leftovers(session.store.folder)
  await terminateChildren(host, unfinished.children)
  // Only now is it known whether a helm process still works on a pending release.
  const children = [...unfinished.children, ...(lock.terminatedHelm === undefined ? [] : [lock.terminatedHelm])]
  const readContext = { ...session.readContext, previousHelmExited: haveExited(host, children) }
  const checked = await planWithConsents({ ...session, readContext }, state, run.scope)
  if (run.saved !== undefined) (await import('./savedPlanFile.ts')).assertPlanCurrent(run.saved, session, state, checked)
  const planned = await run.approve(checked)
  if (planned === undefined || checked.world === undefined) return undefined
  return carryOut(host, session, run, { id, lock, state, unfinished, planned, world: checked.world })
}

/** A helm process that outlived its groundcrew would write at the same time as this run. */
async function terminateChildren(host: Host, children: readonly ProcessIdentity[]): Promise<void> {
  for (const child of children) if (host.processes.isAlive(child) === true) await host.processes.terminate(child, HELM_GRACE_MS)
}

type Approved = Locked & {
  readonly state: State
  readonly unfinished: Leftovers
  readonly planned: Planned
  readonly world: NonNullable<CheckedPlan['world']>
}

async function carryOut(host: Host, session: Session, run: LockedRun, approved: Approved): Promise<ApplyResult> {
  const { id, lock, unfinished, ...rest } = approved
  const signal = AbortSignal.any([host.signal, lock.lost])
  // The lock may have been lost during the approval: then not even the history of this run starts.
  await lock.assertLockHeld()
  const { view: _, ...context } = session.readContext
  const result = await withJournal(host, session, id, (journal) =>
    apply({
      ...rest,
      id,
      who: run.command === 'watch' ? `${operatorName(host)} (watch)` : operatorName(host),
      tool: VERSION,
      ...(run.saved && { savedPlan: run.saved.id }),
      store: session.store,
      created: unfinished.created,
      journal,
      clock: host.clock,
      context: { ...context, world: session.world, signal, assertLockHeld: () => lock.assertLockHeld() },
      registerChild: (helm) => lock.registerChild(helm),
      emit: run.emit,
    }),
  )
  const problems = isIncomplete(result) ? withLoss(result.problems, lock.lost) : result.problems
  return { ...result, plan: approved.planned.plan, problems }
}

/** The loss of the lock is why steps failed or were skipped: reported once, in place of its consequences. */
function withLoss(problems: readonly Problem[], lost: AbortSignal): readonly Problem[] {
  if (!lost.aborted) return problems
  const [why] = (lost.reason as ProblemError).problems
  return why === undefined ? problems : [why, ...problems.filter(({ code }) => code !== why.code && code !== 'helm/interrupted')]
}

async function withJournal<T>(host: Host, session: Session, run: string, act: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await host.openJournal(session.store.folder, run)
  try {
    return await act(journal)
  } finally {
    await journal.close()
  }
}
