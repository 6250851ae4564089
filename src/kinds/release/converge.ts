import { canonicalJson, type FactMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ApplyContext, Converged } from '../kind.ts'
import { withChart } from './charts.ts'
import { helmTarget } from './desireRelease.ts'
import type { ReleaseChange, ReleaseFacts, ReleaseObservation } from './facts.ts'
import { desiredObjects } from './objects/desiredObjects.ts'
import { manifestFacts, type ObservedObjects } from './objects/observe/observeObjects.ts'
import { finishDeletions } from './objects/repair/finishDeletions.ts'
import { changesRelease, needsPreRepair } from './objects/repair/needsHelm.ts'
import { repairObjects } from './objects/repair/repairObjects.ts'
import { observeRelease } from './observeRelease.ts'
import { recover } from './recover.ts'
import { changedMeanwhile, notAsApplied } from './releaseProblems.ts'
import { needsUpgrade } from './revision.ts'
import { withPodDiagnosis } from './waiting/withPodDiagnosis.ts'
import { withPodProgress } from './waiting/withPodProgress.ts'

type Present = ReleaseObservation & { is: 'present' }

/** A second round repairs what the server changed in the first; if this many are needed, another client keeps changing the release. */
const MAX_ROUNDS = 5

/**
 * Converges the release: what the chart declares by an upgrade, undeclared fields by patches of their objects. A
 * release in which only undeclared fields differ gets no new revision.
 */
export async function converge(context: ApplyContext, change: ReleaseChange): Promise<Converged<ReleaseFacts>> {
  const { declared, observed } = change
  const before = await observeAgain(context, change)
  // Helm itself would upgrade any state of the release.
  if (!isSame(before, observed)) throw new ProblemError(changedMeanwhile(declared.address))
  if (before.is === 'present') await finishDeletions(context, before.evidence.objects, change)
  const { facts, guard } = await withPodDiagnosis(context, declared, async () => {
    if (needsUpgrade(change)) {
      await preRepair(context, change)
      await upgrade(context, change)
    }
    return repairUntilStable(context, change)
  })
  const { objects: _facts, ...actual } = facts
  const { objects: _desired, ...desired } = change.desired
  if (canonicalJson(actual) !== canonicalJson(desired)) throw new ProblemError(notAsApplied(declared.address))
  return { facts, guard, bookkeeping: withChart(change.basis.charts, declared.material.chart) }
}

function isSame(a: ReleaseObservation, b: ReleaseObservation): boolean {
  if (a.is !== 'present' || b.is !== 'present') return a.is === b.is
  return a.guard === b.guard && canonicalJson(a.facts) === canonicalJson(b.facts)
}

/** An upgrade to something new starts from what the deployed revision declares: its hooks run before the new pods start. */
async function preRepair(context: ApplyContext, change: ReleaseChange): Promise<void> {
  const keys = needsPreRepair(change)
  if (keys.size === 0) return
  const now = await observeAgain(context, change)
  if (now.is !== 'present') return
  const { objects } = now.evidence
  const isIncluded = (key: string) => keys.has(key) && objects.live.has(key) && change.basis.manifest.has(key)
  if (changesRelease(change)) await repairObjects(context, change, objects, asDeployed(context, change, objects), isIncluded)
  else await repairObjects(context, change, { ...objects, manifest: change.basis.manifest }, change.desired.objects ?? {}, isIncluded)
}

/** The facts of the objects as the deployed manifest declares them. */
function asDeployed({ fingerprint }: ApplyContext, { declared }: ReleaseChange, { manifest, facts }: ObservedObjects): FactMap {
  return desiredObjects(manifest.values(), facts, (object) => manifestFacts(object, declared.address, fingerprint))
}

async function upgrade(context: ApplyContext, { declared, basis, observed }: ReleaseChange): Promise<void> {
  const { installation } = declared.material
  const { timeoutSeconds } = installation.release
  const target = helmTarget(declared, basis.values)
  await recover(context, target, observed, timeoutSeconds)
  await context.assertLockHeld()
  const forceConflicts = observed.is === 'present' && observed.evidence.record.applyMethod === 'ssa'
  const { registerChild, signal, world } = context
  const helmUpgrade = { ...target, timeoutSeconds, forceConflicts, registerChild, signal }
  await withPodProgress(context, installation, () => world.helm.upgrade(helmUpgrade))
}

/** Observes the release and repairs what is planned and still not as the deployed manifest declares, until nothing is left. */
async function repairUntilStable(context: ApplyContext, change: ReleaseChange): Promise<Present> {
  for (let round = 1; ; round++) {
    const now = await observeAgain(context, change)
    if (now.is !== 'present') throw new ProblemError(notAsApplied(change.declared.address))
    const { objects } = now.evidence
    const desired = asDeployed(context, change, objects)
    if (canonicalJson(desired) === canonicalJson(objects.facts)) return now
    if (round === MAX_ROUNDS || !(await repairObjects(context, change, objects, desired)))
      throw new ProblemError(changedMeanwhile(change.declared.address))
  }
}

async function observeAgain({ world, fingerprint }: ApplyContext, { declared }: ReleaseChange): Promise<ReleaseObservation> {
  const observed = await observeRelease({ view: world, fingerprint }, declared)
  if (observed.is === 'unknown') throw new ProblemError(observed.why)
  return observed
}
