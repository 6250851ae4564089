import { KINDS } from '../kinds/index.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { type DriftReport, driftFromPlan } from '../plan/drift.ts'
import { detectDrift } from '../reconcile/detectDrift.ts'
import { clusterKey } from '../reconcile/fingerprintKey.ts'
import { makePlan } from '../reconcile/makePlan.ts'
import { readWorld, unidentifiedStore, type WorldRead, worldMismatch } from '../reconcile/worldCheck.ts'
import { FileStore } from '../state/fileStore.ts'
import { lastApply, leftovers } from '../state/history.ts'
import { awaitUnlocked } from '../state/lock.ts'
import { emptyState, type State } from '../state/state.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import { type DriftSession, openDriftSession, resolveWithoutSecrets } from './driftSession.ts'
import type { Host, InstallationOptions } from './host.ts'
import { lockLease } from './lockLease.ts'
import { haveExited } from './session.ts'
import { stateFolder } from './stateFolder.ts'

export type DriftScope = InstallationOptions & {
  /** Addresses, or the start of some, that are not checked. */
  readonly skip?: readonly string[]
  /** How long to wait for a running apply. */
  readonly lockTimeoutMs: number
}

/** What changed outside groundcrew since the last apply; writes nothing, and opens only the secrets that the servers' logins need. */
export async function checkDrift(host: Host, scope: DriftScope): Promise<DriftReport & { readonly title: string }> {
  await using session = await openDriftSession(host, scope)
  const { installation } = session
  const lock = { ...host, leases: session.leases }
  const locked = await problemsOf(awaitUnlocked(lock, lockLease(installation), scope.lockTimeoutMs))
  // Read only now: an apply that ended meanwhile has written it.
  const store = new FileStore(stateFolder(host, scope))
  const report = await compare(host, scope, session, await store.load(), store.folder)
  return { ...report, problems: [...locked, ...report.problems], title: `Spacelift at ${installation.serverDomain}` }
}

async function compare(
  host: Host,
  scope: DriftScope,
  session: DriftSession,
  state: State | undefined,
  folder: string,
): Promise<DriftReport> {
  const { world: view, installation } = session
  const [world, { fingerprint, knownChanged }] = await Promise.all([
    readWorld(view, installation),
    clusterKey(KINDS, view, installation, state ?? emptyState(''), host.randomness.uuid()),
  ])
  const mismatch = 'identity' in world && !scope.acceptNewWorld ? worldMismatch(state?.world ?? null, world.identity) : undefined
  if (mismatch !== undefined) return { ...NOTHING, problems: [mismatch] }
  const previousHelmExited = haveExited(host, (await leftovers(folder)).children)
  const { signal, clock } = host
  const context: ReadContext = { view, fingerprint, signal, now: clock.now(), previousHelmExited, includeUnmanaged: true }
  const skip = scope.skip ?? []
  const report = await (state === undefined
    ? compareWithFile(host, session, context, skip)
    : detectDrift({ kinds: KINDS, state, context, skip, knownChanged, acceptances: installation.drift.accept }))
  const last = await lastApply(folder)
  return { ...report, ...(last && { lastApply: last }), problems: worldProblems(world, state) }
}

function worldProblems(world: WorldRead, state: State | undefined): readonly Problem[] {
  if ('problems' in world) return world.problems
  const unidentified = unidentifiedStore(state?.world ?? null, world.identity)
  return unidentified === undefined ? [] : [unidentified]
}

async function compareWithFile(
  host: Host,
  { installation, world }: DriftSession,
  context: ReadContext,
  skip: readonly string[],
): Promise<DriftReport> {
  const resolved = await resolveWithoutSecrets(host, installation, world)
  return driftFromPlan((await makePlan(KINDS, resolved, emptyState(''), context)).plan, skip)
}

const NOTHING: DriftReport = { comparedWith: 'state', checked: 0, drifted: [], unchecked: [], skipped: [], findings: [], problems: [] }

async function problemsOf(act: Promise<void>): Promise<readonly Problem[]> {
  try {
    await act
    return []
  } catch (error) {
    if (error instanceof ProblemError) return error.problems
    throw error
  }
}
