import { SECRET_NAMES } from '../installation/spacelift.ts'
import { KINDS } from '../kinds/index.ts'
import type { Finding } from '../kinds/kind.ts'
import type { Selection } from '../plan/select.ts'
import { makePlan, type Planned } from '../reconcile/makePlan.ts'
import { readWorld, worldMismatch } from '../reconcile/worldCheck.ts'
import type { State, WorldIdentity } from '../state/state.ts'
import { address, kindOf } from '../values/address.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { GlobalOptions } from './host.ts'
import type { Session } from './session.ts'

/** What is planned, and what the operator has approved beforehand. */
export type PlanScope = GlobalOptions & {
  readonly target?: readonly string[]
  readonly exclude?: readonly string[]
  readonly acceptDataLoss?: readonly string[]
  readonly replaceEncryptionKey?: boolean
  /** Tracks at once what is not tracked yet, which restarts it. */
  readonly track?: boolean
  readonly acceptOtherChart?: boolean
}

export type Looked = { readonly planned: Planned; readonly world: WorldIdentity | undefined; readonly problems: readonly Problem[] }

function selectionOf({ target = [], exclude = [] }: PlanScope): Selection {
  if (target.length > 0 && exclude.length > 0)
    throw new ProblemError({
      code: 'cli/target-and-exclude',
      summary: '-target and -exclude do not go together.',
      remedy: 'Name what is to be planned, or what is not.',
    })
  return { target, exclude }
}

/** One look at everything: who the servers are and what is there, at the same time. */
export async function planWithConsents(session: Session, state: State, options: PlanScope): Promise<Looked> {
  const [world, planned] = await Promise.all([
    readWorld(session.world, session.resolved.installation),
    makePlan(KINDS, session.resolved, state, { ...session.look, trackAllReaders: options.track ?? false }, selectionOf(options)),
  ])
  const identity = 'identity' in world ? world.identity : undefined
  const other = identity && !options.acceptNewWorld ? worldMismatch(state.world, identity) : undefined
  const fromWorld = other ? [other] : 'problems' in world ? world.problems : []
  const problems = [
    ...fromWorld,
    ...planned.plan.problems.filter((p) => !fromWorld.some((q) => q.code === p.code && q.summary === p.summary)),
  ]
  if (other) return { planned: emptyPlan(planned), world: identity, problems: [other] }
  const { refused, told } = splitNewInstallWarnings(session, planned)
  return { planned: withFindings(applyConsents(planned, options), told), world: identity, problems: [...problems, ...refused] }
}

/** A weak key or an expired licence is refused for a new installation; one that runs must stay manageable, and is told. */
function splitNewInstallWarnings(
  { warnings, resolved }: Session,
  { plan }: Planned,
): { refused: readonly Problem[]; told: readonly Finding[] } {
  const releases = plan.changes.filter((change) => kindOf(change.address) === 'release')
  // One that takes the place of another belongs to an installation that runs.
  const isNew = releases.some(({ action }) => action === 'create') && !releases.some(({ action }) => action === 'remove')
  const shared = address('secret', resolved.installation.kubernetes.namespace, SECRET_NAMES.shared)
  return isNew ? { refused: warnings, told: [] } : { refused: [], told: warnings.map((one) => ({ ...one, address: shared })) }
}

function withFindings(planned: Planned, told: readonly Finding[]): Planned {
  return { ...planned, plan: { ...planned.plan, findings: [...told, ...planned.plan.findings] } }
}

/** A refusal falls when the person named exactly what it asks for. */
function applyConsents(planned: Planned, options: PlanScope): Planned {
  const given = new Set((options.acceptDataLoss ?? []).map((name) => `--accept-data-loss ${name}`))
  if (options.replaceEncryptionKey) given.add('--replace-encryption-key')
  if (options.acceptOtherChart) given.add('--accept-other-chart')
  const changes = planned.plan.changes.map((change) => ({
    ...change,
    impact: { ...change.impact, refusals: change.impact.refusals.filter((refusal) => !given.has(refusal.consent)) },
  }))
  return { ...planned, plan: { ...planned.plan, changes } }
}

function emptyPlan(planned: Planned): Planned {
  return { ...planned, steps: new Map(), plan: { changes: [], findings: [], problems: planned.plan.problems, notLookedAt: 0 } }
}
