import { isWrite, type PlannedChange } from '../plan/plan.ts'
import { selectUnattended, type UnattendedSelection } from '../plan/policy.ts'
import type { Emit } from '../reconcile/events.ts'
import type { Planned } from '../reconcile/makePlan.ts'
import type { ApplyResult } from '../report/reporter.ts'
import type { Host } from '../session/host.ts'
import { lockedRun } from '../session/lockedRun.ts'
import type { CheckedPlan, PlanScope } from '../session/planWithConsents.ts'
import type { Session } from '../session/session.ts'
import type { LockWatch } from '../state/lock.ts'
import type { State } from '../state/state.ts'
import type { Address } from '../values/address.ts'
import { canonicalJson, type Json } from '../values/json.ts'
import type { Policy } from '../values/policy.ts'
import { ProblemError } from '../values/problem.ts'

export type AutoApply = {
  readonly host: Host
  readonly scope: PlanScope
  readonly session: Session
  readonly policy: Policy
  /** Resources that an earlier apply of this daemon did not finish. */
  readonly unfinished: ReadonlySet<Address>
  /** What earlier attempts observed of the lock. */
  readonly lockWatch: LockWatch
  readonly emit: Emit
}

/**
 * Takes the lock without waiting, plans again and carries out what the policy allows of that plan. Throws a ProblemError:
 * `lock/held`, or what makes the plan incomplete.
 */
export async function autoApply({ host, session, policy, unfinished, ...run }: AutoApply): Promise<ApplyResult | undefined> {
  const approve = async ({ planned, problems }: CheckedPlan) => {
    if (problems.length > 0) throw new ProblemError(problems)
    return onlySelected(planned, selectUnattended(planned.plan, policy, unfinished))
  }
  return lockedRun(host, session, { command: 'watch', lockTimeoutMs: 0, approve, ...run })
}

/** A plan of the selected writes alone. What is as declared is still recorded; nothing is forgotten without an operator. */
function onlySelected(planned: Planned, { changes }: UnattendedSelection): Planned {
  const selected = new Set(changes.map(({ address }) => address))
  const isKept = ({ address, action }: PlannedChange) => (isWrite(action) ? selected.has(address) : action !== 'forget')
  const steps = new Map([...planned.steps].filter(([address]) => selected.has(address)))
  return { ...planned, steps, plan: { ...planned.plan, changes: planned.plan.changes.filter(isKept) } }
}

/** True when resources that are as declared differ from the state's record: without a new record, a later drift would look declared. */
export function needsRecording({ plan, observed }: Planned, state: State): boolean {
  return plan.changes.some(({ address, action, desired }) => {
    if (action === 'adopt') return true
    const recorded = state.resources[address]
    if (action !== 'keep' || desired === undefined || recorded === undefined) return false
    // A state of an older version has no bookkeeping.
    const lacksBookkeeping = recorded.bookkeeping === undefined && observed.get(address)?.bookkeeping !== undefined
    return lacksBookkeeping || !isSame(recorded.facts, desired as Json)
  })
}

function isSame(a: Json, b: Json): boolean {
  return canonicalJson(a) === canonicalJson(b)
}
