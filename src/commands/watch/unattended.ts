import { isWrite, type PlannedChange } from '../../plan/plan.ts'
import { type Chosen, choose } from '../../plan/policy.ts'
import { apply } from '../../reconcile/apply.ts'
import type { Result } from '../../reconcile/execute.ts'
import type { Planned } from '../../reconcile/makePlan.ts'
import type { WatchEvent } from '../../reconcile/watchEvents.ts'
import { leftovers } from '../../state/journal.ts'
import { acquireLock, type HeldLock, type LockWatch } from '../../state/lock.ts'
import { emptyState, type State } from '../../state/state.ts'
import type { Address } from '../../values/address.ts'
import { canonicalJson, type Json } from '../../values/json.ts'
import type { Policy } from '../../values/policy.ts'
import { ProblemError } from '../../values/problem.ts'
import { VERSION } from '../../version.ts'
import { endOrphans, holder, lockPlace, runId, who, withJournal } from '../apply.ts'
import type { GlobalOptions, Host } from '../host.ts'
import { lookAndPlan } from '../plan.ts'
import { areGone, type Session } from '../session.ts'

export type Unattended = {
  readonly host: Host
  readonly options: GlobalOptions
  readonly session: Session
  readonly policy: Policy
  /** Resources that an earlier apply of this daemon did not bring to their end. */
  readonly unfinished: ReadonlySet<Address>
  /** What earlier attempts saw of the lock. */
  readonly lockWatch: LockWatch
  readonly emit: (event: WatchEvent) => void
}

/**
 * Takes the lock without waiting, looks again and carries out what the policy allows of the plan that is true then.
 * Throws a ProblemError: `lock/held`, or why the look failed.
 */
export async function applyUnattended(it: Unattended): Promise<Result> {
  const { host, session, lockWatch } = it
  const run = runId(host)
  const place = lockPlace(session)
  const lock = await acquireLock({ ...host, leases: session.leases }, place, holder(host, run, 'watch'), 0, lockWatch)
  try {
    return await underLock(it, run, lock)
  } finally {
    await lock.release()
  }
}

async function underLock(it: Unattended, run: string, lock: HeldLock): Promise<Result> {
  const { host, session, options } = it
  const state = (await session.store.load()) ?? emptyState(host.randomness.uuid())
  const left = await leftovers(session.store.folder)
  await endOrphans(host, left.children)
  const helmIsGone = areGone(host, [...left.children, ...(lock.endedHelm === undefined ? [] : [lock.endedHelm])])
  const { view: _, ...look } = session.look
  const looked = await lookAndPlan({ ...session, look: { ...session.look, helmIsGone } }, state, options)
  if (looked.world === undefined || looked.problems.length > 0) throw new ProblemError(looked.problems)
  const { changes } = choose(looked.planned.plan, it.policy, it.unfinished)
  const work = { ...look, world: session.world, signal: AbortSignal.any([host.signal, lock.lost]), fenced: () => lock.fenced() }
  return withJournal(host, session, run, (journal) =>
    apply({
      ...{ id: run, who: `${who(host)} (watch)`, tool: VERSION, planned: only(looked.planned, changes), state, store: session.store },
      ...{ world: looked.world as NonNullable<typeof looked.world>, created: left.created, journal, clock: host.clock, work },
      announce: (helm) => lock.announce(helm),
      emit: it.emit,
    }),
  )
}

/** A plan of the chosen writes alone; what is as wanted is remembered, and nothing is forgotten without a person. */
function only(planned: Planned, chosen: Chosen['changes']): Planned {
  const keep = new Set(chosen.map(({ address }) => address))
  const stays = ({ address, action }: PlannedChange) => (isWrite(action) ? keep.has(address) : action !== 'forget')
  const steps = new Map([...planned.steps].filter(([address]) => keep.has(address)))
  return { ...planned, steps, plan: { ...planned.plan, changes: planned.plan.changes.filter(stays) } }
}

/** True when what is as wanted is not what the state remembers: without that, a later drift would look declared. */
export function mustRemember({ changes }: Planned['plan'], state: State): boolean {
  return changes.some(({ address, action, wanted }) => {
    if (action === 'adopt') return true
    const remembered = state.resources[address]?.facts
    return action === 'keep' && wanted !== undefined && remembered !== undefined && !same(remembered, wanted as Json)
  })
}

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
