import { SECRET_NAMES } from '../installation/spacelift.ts'
import { KINDS } from '../kinds/index.ts'
import type { Finding } from '../kinds/kind.ts'
import { hasChanges } from '../plan/plan.ts'
import type { Selection } from '../plan/select.ts'
import { makePlan, type Planned } from '../reconcile/makePlan.ts'
import { otherWorld, readWorld } from '../reconcile/worldCheck.ts'
import { emptyState, type State, type WorldIdentity } from '../state/state.ts'
import { address, kindOf } from '../values/address.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { ExitCode, GlobalOptions, ReportingHost } from './host.ts'
import { openSession, type Session } from './session.ts'

export type PlanOptions = GlobalOptions & {
  readonly target?: readonly string[]
  readonly exclude?: readonly string[]
  readonly out?: string
  /** One line a resource. */
  readonly compact?: boolean
  readonly detailedExitcode?: boolean
  readonly acceptDataLoss?: readonly string[]
  readonly replaceEncryptionKey?: boolean
  /** Tracks at once what is not tracked yet, which restarts it. */
  readonly track?: boolean
  readonly acceptOtherChart?: boolean
}

/** Prints the difference between the file and the world; writes nothing anywhere. */
export async function planCommand(host: ReportingHost, options: PlanOptions): Promise<ExitCode> {
  await using session = await openSession(host, options)
  const state = (await session.store.load()) ?? emptyState('')
  const looked = await lookAndPlan(session, state, options)
  showPlan(host, looked, options)
  if (looked.problems.length > 0) {
    if (options.out !== undefined) host.report.problems([notSaved(options.out)])
    return 1
  }
  if (options.out !== undefined) {
    const { savePlan } = await import('./planFile.ts')
    await savePlan(host, options.out, session, state, looked, options)
    host.report.note(`Saved to ${options.out}. To apply exactly this: groundcrew apply ${options.out}`)
  }
  // A partial plan cannot say that nothing differs.
  const differs = hasChanges(looked.planned.plan) || looked.planned.plan.notLookedAt > 0
  return options.detailedExitcode && differs ? 2 : 0
}

export type Looked = { readonly planned: Planned; readonly world: WorldIdentity | undefined; readonly problems: readonly Problem[] }

function selectionOf({ target = [], exclude = [] }: PlanOptions): Selection {
  if (target.length > 0 && exclude.length > 0)
    throw new ProblemError({
      code: 'cli/target-and-exclude',
      summary: '-target and -exclude do not go together.',
      remedy: 'Name what is to be planned, or what is not.',
    })
  return { target, exclude }
}

/** One look at everything: who the servers are and what is there, at the same time. */
export async function lookAndPlan(session: Session, state: State, options: PlanOptions): Promise<Looked> {
  const [world, planned] = await Promise.all([
    readWorld(session.world, session.resolved.installation),
    makePlan(KINDS, session.resolved, state, { ...session.look, tracksAll: options.track ?? false }, selectionOf(options)),
  ])
  const identity = 'identity' in world ? world.identity : undefined
  const other = identity && !options.acceptNewWorld ? otherWorld(state.world, identity) : undefined
  const fromWorld = other ? [other] : 'problems' in world ? world.problems : []
  const problems = [
    ...fromWorld,
    ...planned.plan.problems.filter((p) => !fromWorld.some((q) => q.code === p.code && q.summary === p.summary)),
  ]
  if (other) return { planned: nothing(planned), world: identity, problems: [other] }
  const { refused, told } = judge(session, planned)
  return { planned: withFindings(consented(planned, options), told), world: identity, problems: [...problems, ...refused] }
}

/** A weak key or an expired licence is refused for a new installation; one that runs must stay manageable, and is told. */
function judge({ warnings, resolved }: Session, { plan }: Planned): { refused: readonly Problem[]; told: readonly Finding[] } {
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
function consented(planned: Planned, options: PlanOptions): Planned {
  const given = new Set((options.acceptDataLoss ?? []).map((name) => `--accept-data-loss ${name}`))
  if (options.replaceEncryptionKey) given.add('--replace-encryption-key')
  if (options.acceptOtherChart) given.add('--accept-other-chart')
  const changes = planned.plan.changes.map((change) => ({
    ...change,
    impact: { ...change.impact, refusals: change.impact.refusals.filter((refusal) => !given.has(refusal.consent)) },
  }))
  return { ...planned, plan: { ...planned.plan, changes } }
}

function nothing(planned: Planned): Planned {
  return { ...planned, steps: new Map(), plan: { changes: [], findings: [], problems: planned.plan.problems, notLookedAt: 0 } }
}

function notSaved(file: string): Problem {
  const remedy = 'Mend what is told above, then plan again.'
  return { code: 'plan/not-saved', summary: `${file} was not written: the plan is incomplete.`, remedy }
}

/** Tells the plan with all its problems. */
export function showPlan({ report }: ReportingHost, { planned, problems }: Looked, { compact = false }: PlanOptions): void {
  report.plan({ ...planned.plan, problems }, { compact })
}
