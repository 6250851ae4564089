import { hasChanges, refusals } from '../plan/plan.ts'
import { readWorld, worldMismatch } from '../reconcile/worldCheck.ts'
import type { ExitCode, Host, ReportingHost } from '../session/host.ts'
import { lockPlace, lockTimeoutMs } from '../session/lockOptions.ts'
import { planWithConsents } from '../session/planWithConsents.ts'
import { endOrphans, holder, isIncomplete, runApply, runId, who } from '../session/runApply.ts'
import type { Saved } from '../session/savedPlanFile.ts'
import { areGone, openSession, type Session } from '../session/session.ts'
import type { HeldLock } from '../state/heldLock.ts'
import { leftovers, wasApplied } from '../state/journal.ts'
import { acquireLock } from '../state/lock.ts'
import { emptyState, type State } from '../state/state.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { type PlanOptions, showPlan } from './plan.ts'

export type ApplyOptions = PlanOptions & { readonly autoApprove?: boolean; readonly lockTimeout: string }

/** Plans, asks, applies only the changes. 0 only when all is as planned. */
export async function applyCommand(host: ReportingHost, options: ApplyOptions, planFile?: string): Promise<ExitCode> {
  const waitMs = lockTimeoutMs(options.lockTimeout)
  if (planFile === undefined) {
    // A question would stand in the middle of the stream.
    if (options.json && !options.autoApprove) throw new ProblemError(NOBODY_TO_ASK)
    return applyUnderLock(host, options, undefined, waitMs)
  }
  refusePlanning(options)
  const { loadPlan, scopeOf } = await import('../session/savedPlanFile.ts')
  const saved = await loadPlan(host, planFile)
  // What was approved is the saved plan: it brings its own options and is not asked about again.
  return applyUnderLock(host, { ...options, ...scopeOf(saved.options), autoApprove: true }, saved, waitMs)
}

async function applyUnderLock(host: ReportingHost, options: ApplyOptions, saved: Saved | undefined, waitMs: number): Promise<ExitCode> {
  await using session = await openSession(host, options)
  if (saved !== undefined) (await import('../session/savedPlanFile.ts')).expectWhole(saved, session)
  const state = (await session.store.load()) ?? emptyState(host.randomness.uuid())
  await sameWorld(session, state, options)
  const run = runId(host)
  const lock = await acquireLock(
    { ...host, leases: session.leases },
    lockPlace(session.resolved.installation),
    holder(host, run, 'apply'),
    waitMs,
  )
  let isDone = false
  try {
    const exit = await applyLocked(host, options, session, run, lock, saved)
    isDone = exit === 0
    return exit
  } finally {
    await lock.release(isDone)
  }
}

/** The lock lives in the cluster, so the cluster has to be the right one before anything is written there. */
async function sameWorld(session: Session, state: State, options: ApplyOptions): Promise<void> {
  const world = await readWorld(session.world, session.resolved.installation)
  if ('problems' in world) throw new ProblemError(world.problems)
  const other = options.acceptNewWorld ? undefined : worldMismatch(state.world, world.identity)
  if (other !== undefined) throw new ProblemError(other)
}

async function applyLocked(
  host: ReportingHost,
  options: ApplyOptions,
  session: Session,
  run: string,
  lock: HeldLock,
  saved: Saved | undefined,
): Promise<ExitCode> {
  // Read again: another apply may have ended between our first look and the lock.
  const state = (await session.store.load()) ?? emptyState(host.randomness.uuid())
  if (saved !== undefined && (await wasApplied(session.store.folder, saved.id))) throw new ProblemError(applied(saved.id))
  const left = await leftovers(session.store.folder)
  await endOrphans(host, left.children)
  // Only now is it known that nobody works on a pending release.
  const previousHelmExited = areGone(host, [...left.children, ...(lock.terminatedHelm === undefined ? [] : [lock.terminatedHelm])])
  const looked = await planWithConsents({ ...session, look: { ...session.look, previousHelmExited: previousHelmExited } }, state, options)
  if (saved !== undefined && looked.problems.length === 0) {
    const stale = (await import('../session/savedPlanFile.ts')).staleness(saved, session, state, looked)
    if (stale !== undefined) throw new ProblemError(stale)
  }
  showPlan(host, looked, options)
  if (looked.world === undefined || looked.problems.length > 0) return stop(host, 'Nothing was changed: the plan is incomplete.')
  if (refusals(looked.planned.plan).length > 0) return stop(host, 'Nothing was changed: the plan holds what has to be allowed first.')
  if (hasChanges(looked.planned.plan) && !(await approved(host, options))) return stop(host, 'Nothing was changed.')
  const { planned, world } = looked
  const under = { run, who: who(host), lock, state, left, planned, world, ...(saved && { savedPlan: saved.id }) }
  const result = await runApply(host, session, under, (event) => host.report.event(event))
  host.report.applied(result)
  return isIncomplete(result) ? 1 : 0
}

async function approved(host: Host, options: ApplyOptions): Promise<boolean> {
  if (options.autoApprove) return true
  if (host.ask === undefined)
    throw new ProblemError({
      code: 'apply/no-terminal',
      summary: 'There is no terminal to ask for approval.',
      remedy: 'Look at the plan, then run groundcrew apply --auto-approve.',
    })
  return (await host.ask('\nApply these changes? Only "yes" is taken for yes: ')).trim() === 'yes'
}

function stop(host: ReportingHost, why: string): ExitCode {
  host.report.note(why, 'warn')
  return 1
}

const NOBODY_TO_ASK: Problem = {
  code: 'apply/json-asks-nobody',
  summary: 'With --json nobody is asked for approval.',
  remedy:
    'Save a plan, look at it and apply exactly that: groundcrew plan -out FILE, groundcrew apply --json FILE. Or approve beforehand: --auto-approve.',
}

function applied(id: string): Problem {
  return {
    code: 'plan/used',
    summary: `The saved plan ${id} was applied before.`,
    remedy: 'A saved plan is applied once: make a new one with groundcrew plan -out FILE.',
  }
}

/** A saved plan was made, and approved, with its own. */
function refusePlanning({
  target = [],
  exclude = [],
  acceptDataLoss = [],
  replaceEncryptionKey,
  acceptOtherChart,
  acceptNewWorld,
  track,
}: ApplyOptions): void {
  const given = [
    ...(target.length > 0 ? ['-target'] : []),
    ...(exclude.length > 0 ? ['-exclude'] : []),
    ...(acceptDataLoss.length > 0 ? ['--accept-data-loss'] : []),
    ...(replaceEncryptionKey ? ['--replace-encryption-key'] : []),
    ...(acceptOtherChart ? ['--accept-other-chart'] : []),
    ...(acceptNewWorld ? ['--accept-new-world'] : []),
    ...(track ? ['--track'] : []),
  ]
  if (given.length === 0) return
  throw new ProblemError({
    code: 'cli/options-with-plan',
    summary: `${given.join(', ')} cannot be given with a saved plan: it was made with its own options.`,
    remedy: `Leave out ${given.join(', ')}, or make a new plan with it: groundcrew plan ${given[0]} ... -out FILE`,
  })
}
