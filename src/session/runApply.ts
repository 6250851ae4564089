import { apply } from '../reconcile/apply.ts'
import type { Emit } from '../reconcile/events.ts'
import type { Result } from '../reconcile/execute.ts'
import type { Planned } from '../reconcile/makePlan.ts'
import type { Applied } from '../report/reporter.ts'
import type { HeldLock } from '../state/heldLock.ts'
import type { Holder } from '../state/holder.ts'
import type { Journal, Leftovers } from '../state/journal.ts'
import type { State, WorldIdentity } from '../state/state.ts'
import type { Problem, ProblemError } from '../values/problem.ts'
import { VERSION } from '../version.ts'
import type { ProcessIdentity } from '../world/ports/process.ts'
import type { Host } from './host.ts'
import type { Session } from './session.ts'

const HELM_GRACE_MS = 30_000

/** All that an apply was made from, under the lock. */
export type LockedApply = {
  readonly run: string
  readonly who: string
  readonly lock: HeldLock
  readonly state: State
  readonly left: Leftovers
  readonly planned: Planned
  readonly savedPlan?: string
  readonly world: WorldIdentity
}

/** Carries out a plan with its history. Throws a ProblemError when that, or the state, cannot be written. */
export async function runApply(host: Host, session: Session, under: LockedApply, emit: Emit): Promise<Applied> {
  const { run, lock, left, ...rest } = under
  const signal = AbortSignal.any([host.signal, lock.lost])
  // The lock may have been lost while somebody thought about the plan: then not even its history is begun.
  await lock.assertLockHeld()
  const { view: _, ...look } = session.look
  const result = await withJournal(host, session, run, (journal) =>
    apply({
      ...rest,
      id: run,
      tool: VERSION,
      store: session.store,
      created: left.created,
      journal,
      clock: host.clock,
      work: { ...look, world: session.world, signal, assertLockHeld: () => lock.assertLockHeld() },
      registerChild: (helm) => lock.registerChild(helm),
      emit,
    }),
  )
  const problems = isIncomplete(result) ? withLoss(result.problems, lock.lost) : result.problems
  return { ...result, plan: under.planned.plan, problems }
}

/** True when not all was done. */
export function isIncomplete({ failed, skipped }: Result): boolean {
  return failed.length + skipped.length > 0
}

/** Whatever failed or was skipped when the lock was lost, that is why: told once. */
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

/** A helm that outlived its groundcrew would write on beside us. */
export async function endOrphans(host: Host, children: readonly ProcessIdentity[]): Promise<void> {
  for (const child of children) if (host.processes.isAlive(child) === true) await host.processes.terminate(child, HELM_GRACE_MS)
}

/** Begins with its time, so that runs sort by age. */
export function runId(host: Pick<Host, 'clock' | 'randomness'>): string {
  // To the millisecond: two runs of one second have to sort as well.
  const time = host.clock.now().toISOString().replaceAll(/[-:.]/g, '')
  return `${time}-${host.randomness.uuid().slice(0, 8)}`
}

export function holder(host: Host, run: string, command: string): Holder {
  return { id: run, who: who(host), command, since: host.clock.now().toISOString(), process: host.processes.self() }
}

/** `ada@jump1`; cron and containers may set none of the variables, and then the system is asked. */
export function who({ env, processes }: Host): string {
  const named = env.SUDO_USER || env.USER || env.LOGNAME
  return `${named || processes.user()}@${processes.self().host}`
}
