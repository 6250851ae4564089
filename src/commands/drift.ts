import { KINDS } from '../kinds/index.ts'
import type { ReadContext } from '../kinds/kind.ts'
import { type DriftReport, driftExitCode, driftFromPlan } from '../plan/drift.ts'
import { lookForDrift } from '../reconcile/detectDrift.ts'
import { clusterKey } from '../reconcile/fingerprintKey.ts'
import { makePlan } from '../reconcile/makePlan.ts'
import { readWorld, unidentifiedStore, type WorldRead, worldMismatch } from '../reconcile/worldCheck.ts'
import { type DriftSession, openDriftSession, resolveWithoutSecrets } from '../session/driftSession.ts'
import type { ExitCode, GlobalOptions, Host, ReportingHost } from '../session/host.ts'
import { lockPlace, lockTimeoutMs } from '../session/lockOptions.ts'
import { areGone } from '../session/session.ts'
import { stateFolder } from '../session/stateFolder.ts'
import { FileStore } from '../state/fileStore.ts'
import { lastApply, leftovers } from '../state/journal.ts'
import { awaitUnlocked } from '../state/lock.ts'
import { emptyState, type State } from '../state/state.ts'
import { type Problem, ProblemError } from '../values/problem.ts'
import type { DriftForm } from './driftForms.ts'
import { tellDrift, withAges } from './driftOutput.ts'

export type DriftOptions = GlobalOptions & {
  readonly output: DriftForm
  /** Where the report goes instead of stdout. */
  readonly out?: string
  /** Says nothing when there is nothing to say. */
  readonly quiet?: boolean
  /** The file that remembers since when what is drifted. */
  readonly remember?: string
  readonly skip?: readonly string[]
  readonly lockTimeout: string
}

/** Tells what changed behind our back; writes nothing anywhere, and opens no secret but its own logins. 0 none, 2 drift, 1 an incomplete look. */
export async function driftCommand(host: ReportingHost, options: DriftOptions): Promise<ExitCode> {
  const waitMs = lockTimeoutMs(options.lockTimeout)
  await using session = await openDriftSession(host, options)
  const locked = await problemsOf(awaitUnlocked({ ...host, leases: session.leases }, lockPlace(session.installation), waitMs))
  // Read only now: an apply that ended meanwhile has written it.
  const store = new FileStore(stateFolder(host, options))
  const found = await look(host, options, session, await store.load(), store.folder)
  const report = await withAges(host, options, { ...found, problems: [...locked, ...found.problems] })
  const exit = driftExitCode(report)
  if (exit !== 0 || !options.quiet || options.out !== undefined) await tellDrift(host, options, session.installation, report)
  return exit
}

async function look(
  host: Host,
  options: DriftOptions,
  session: DriftSession,
  state: State | undefined,
  folder: string,
): Promise<DriftReport> {
  const { world: view, installation } = session
  const [read, { fingerprint, certain }] = await Promise.all([
    readWorld(view, installation),
    clusterKey(view, installation, state ?? emptyState(''), host.randomness.uuid()),
  ])
  const other = 'identity' in read && !options.acceptNewWorld ? worldMismatch(state?.world ?? null, read.identity) : undefined
  if (other !== undefined) return { ...NOTHING, problems: [other] }
  const previousHelmExited = areGone(host, (await leftovers(folder)).children)
  const now = host.clock.now()
  const it: ReadContext = { view, fingerprint, signal: host.signal, now, previousHelmExited: previousHelmExited, includeUnmanaged: true }
  const report = await (state === undefined
    ? compareWithFile(host, session, it, options.skip)
    : lookForDrift({ kinds: KINDS, state, look: it, skip: options.skip ?? [], certain, accept: installation.drift.accept }))
  const last = await lastApply(folder)
  return { ...report, ...(last && { lastApply: last }), problems: problemsOfWorld(read, state) }
}

function problemsOfWorld(read: WorldRead, state: State | undefined): readonly Problem[] {
  if ('problems' in read) return read.problems
  const untold = unidentifiedStore(state?.world ?? null, read.identity)
  return untold === undefined ? [] : [untold]
}

async function compareWithFile(
  host: Host,
  { installation, world }: DriftSession,
  it: ReadContext,
  skip?: readonly string[],
): Promise<DriftReport> {
  const resolved = await resolveWithoutSecrets(host, installation, world)
  return driftFromPlan((await makePlan(KINDS, resolved, emptyState(''), it)).plan, skip)
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
