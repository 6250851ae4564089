import { isWrite, type PlannedChange } from '../plan/plan.ts'
import { selectUnattended, type UnattendedSelection } from '../plan/policy.ts'
import type { Emit } from '../reconcile/events.ts'
import type { Planned } from '../reconcile/makePlan.ts'
import type { Applied } from '../report/reporter.ts'
import type { GlobalOptions, Host } from '../session/host.ts'
import { lockPlace } from '../session/lockOptions.ts'
import { planWithConsents } from '../session/planWithConsents.ts'
import { endOrphans, holder, runApply, runId, who } from '../session/runApply.ts'
import { areGone, type Session } from '../session/session.ts'
import type { HeldLock } from '../state/heldLock.ts'
import { leftovers } from '../state/journal.ts'
import { acquireLock, type LockWatch } from '../state/lock.ts'
import { emptyState, type State } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type Json } from '../values/json.ts'
import type { Policy } from '../values/policy.ts'
import { ProblemError } from '../values/problem.ts'

export type AutoApply = {
  readonly host: Host
  readonly options: GlobalOptions
  readonly session: Session
  readonly policy: Policy
  /** Resources that an earlier apply of this daemon did not bring to their end. */
  readonly unfinished: ReadonlySet<Address>
  /** What earlier attempts saw of the lock. */
  readonly lockWatch: LockWatch
  readonly emit: Emit
}

/**
 * Takes the lock without waiting, looks again and carries out what the policy allows of the plan that is true then.
 * Throws a ProblemError: `lock/held`, or why the look failed.
 */
export async function autoApply(it: AutoApply): Promise<Applied> {
  const { host, session, lockWatch } = it
  const run = runId(host)
  const place = lockPlace(session.resolved.installation)
  const lock = await acquireLock({ ...host, leases: session.leases }, place, holder(host, run, 'watch'), 0, lockWatch)
  let isDone = false
  try {
    const applied = await underLock(it, run, lock)
    isDone = applied.failed.length + applied.skipped.length === 0
    return applied
  } finally {
    await lock.release(isDone)
  }
}

async function underLock(it: AutoApply, run: string, lock: HeldLock): Promise<Applied> {
  const { host, session, options } = it
  const state = (await session.store.load()) ?? emptyState(host.randomness.uuid())
  const left = await leftovers(session.store.folder)
  await endOrphans(host, left.children)
  const previousHelmExited = areGone(host, [...left.children, ...(lock.terminatedHelm === undefined ? [] : [lock.terminatedHelm])])
  const { planned, world, problems } = await planWithConsents(
    { ...session, look: { ...session.look, previousHelmExited: previousHelmExited } },
    state,
    options,
  )
  if (world === undefined || problems.length > 0) throw new ProblemError(problems)
  const { changes } = selectUnattended(planned.plan, it.policy, it.unfinished)
  const under = { run, who: `${who(host)} (watch)`, lock, state, left, planned: only(planned, changes), world }
  return runApply(host, session, under, it.emit)
}

/** A plan of the chosen writes alone; what is as wanted is remembered, and nothing is forgotten without a person. */
function only(planned: Planned, chosen: UnattendedSelection['changes']): Planned {
  const keep = new Set(chosen.map(({ address }) => address))
  const stays = ({ address, action }: PlannedChange) => (isWrite(action) ? keep.has(address) : action !== 'forget')
  const steps = new Map([...planned.steps].filter(([address]) => keep.has(address)))
  return { ...planned, steps, plan: { ...planned.plan, changes: planned.plan.changes.filter(stays) } }
}

/** True when what is as wanted is not what the state remembers: without that, a later drift would look declared. */
export function needsRecording({ plan, seen }: Planned, state: State): boolean {
  return plan.changes.some(({ address, action, wanted }) => {
    if (action === 'adopt') return true
    const remembered = state.resources[address]
    if (action !== 'keep' || wanted === undefined || remembered === undefined) return false
    // A state of an older version vouches for no pods.
    const vouchesLess = remembered.bookkeeping === undefined && seen.get(address)?.bookkeeping !== undefined
    return vouchesLess || !same(remembered.facts, wanted as Json)
  })
}

function same(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
