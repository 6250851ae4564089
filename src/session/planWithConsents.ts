import { KINDS } from '../kinds/index.ts'
import type { Finding } from '../kinds/kind.ts'
import type { Plan } from '../plan/plan.ts'
import type { Selection } from '../plan/select.ts'
import { makePlan, type Planned } from '../reconcile/makePlan.ts'
import { readWorld, worldMismatch } from '../reconcile/worldCheck.ts'
import type { State, WorldIdentity } from '../state/state.ts'
import { kindOf } from '../values/address.ts'
import type { Problem } from '../values/problem.ts'
import type { InstallationOptions } from './host.ts'
import type { Session } from './session.ts'

/** What is planned, and what the operator has allowed beforehand. */
export type PlanScope = InstallationOptions &
  Selection & {
    /** The flags of refusals that are lifted: `--accept-data-loss bucket/NAME`. */
    readonly consents: readonly string[]
    /** Starts to track at once what is not tracked yet, which restarts it. */
    readonly track: boolean
  }

/** The world as a plan observed it, and whether anything prevents the plan. */
export type CheckedPlan = { readonly planned: Planned; readonly world: WorldIdentity | undefined; readonly problems: readonly Problem[] }

/** Reads the identity of the servers and all resources, at the same time. */
export async function planWithConsents(session: Session, state: State, options: PlanScope): Promise<CheckedPlan> {
  const [world, planned] = await Promise.all([
    readWorld(session.world, session.resolved.installation),
    makePlan(KINDS, session.resolved, state, { ...session.readContext, trackAllReaders: options.track }, options),
  ])
  const identity = 'identity' in world ? world.identity : undefined
  const mismatch = identity && !options.acceptNewWorld ? worldMismatch(state.world, identity) : undefined
  if (mismatch) return { planned: emptyPlan(planned), world: identity, problems: [mismatch] }
  const worldProblems = 'problems' in world ? world.problems : []
  // A server that cannot be read is a problem of the world and of its resources: reported once.
  const isKnown = ({ code, summary }: Problem) => worldProblems.some((known) => known.code === code && known.summary === summary)
  const problems = [...worldProblems, ...planned.plan.problems.filter((problem) => !isKnown(problem))]
  const { refused, findings } = splitNewInstallWarnings(session, planned)
  return { planned: withFindings(applyConsents(planned, options), findings), world: identity, problems: [...problems, ...refused] }
}

/** A weak key or an expired licence is refused for a new installation; one that exists must stay manageable, so it is only reported. */
function splitNewInstallWarnings(
  { warnings, resolved }: Session,
  { plan }: Planned,
): { readonly refused: readonly Problem[]; readonly findings: readonly Finding[] } {
  if (isNewInstallation(plan)) return { refused: warnings, findings: [] }
  const roles = KINDS.flatMap(({ traits }) => traits.encryptionKey ?? [])
  const addresses = roles.map((role) => role.locate(resolved.installation).address)
  return { refused: [], findings: addresses.flatMap((address) => warnings.map((warning) => ({ ...warning, address }))) }
}

function isNewInstallation({ changes }: Plan): boolean {
  const names = KINDS.filter(({ traits }) => traits.isInstallation).map(({ name }) => name)
  const actions = changes.filter(({ address }) => names.includes(kindOf(address))).map(({ action }) => action)
  // One that replaces another belongs to an installation that exists.
  return actions.includes('create') && !actions.includes('remove')
}

function withFindings(planned: Planned, findings: readonly Finding[]): Planned {
  return { ...planned, plan: { ...planned.plan, findings: [...findings, ...planned.plan.findings] } }
}

/** A refusal is lifted when its very flag was given. */
function applyConsents(planned: Planned, { consents }: PlanScope): Planned {
  const changes = planned.plan.changes.map((change) => ({
    ...change,
    impact: { ...change.impact, refusals: change.impact.refusals.filter(({ consent }) => !consents.includes(consent)) },
  }))
  return { ...planned, plan: { ...planned.plan, changes } }
}

function emptyPlan(planned: Planned): Planned {
  return { ...planned, steps: new Map(), plan: { changes: [], findings: [], problems: planned.plan.problems, uncheckedCount: 0 } }
}
