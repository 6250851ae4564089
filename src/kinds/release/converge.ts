import { canonicalJson, type FactMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ApplyContext, Converged } from '../kind.ts'
import { withChart } from './charts.ts'
import { target } from './desireRelease.ts'
import type { ReleaseChange, ReleaseFacts, Seen } from './facts.ts'
import { desiredObjects } from './objects/desiredObjects.ts'
import { manifestFacts, type ObservedObjects } from './objects/observe/observeObjects.ts'
import { finishDeletions } from './objects/repair/finishDeletions.ts'
import { changesRelease, needsPreRepair } from './objects/repair/needsHelm.ts'
import { repairObjects } from './objects/repair/repairObjects.ts'
import { observe } from './observeRelease.ts'
import { withPodProgress } from './progress.ts'
import { recover } from './recover.ts'
import { changedMeanwhile, notAsApplied } from './releaseProblems.ts'
import { needsUpgrade } from './revision.ts'
import { withPodDiagnosis } from './waiting/podDiagnosis.ts'

type Present = Seen & { is: 'present' }

/** Patches left over after a round are the server's answer to the one before: more rounds than these mean that somebody works against us. */
const ROUNDS = 5

/**
 * Makes the release as planned: what the chart declares by an upgrade, what nobody declared by patches of the objects it
 * stands in. A release in which only such fields are foreign gets no new revision.
 */
export async function converge(work: ApplyContext, change: ReleaseChange): Promise<Converged<ReleaseFacts>> {
  const { declared, observed: seen } = change
  const before = await lookAgain(work, change)
  // Helm itself would upgrade whatever it finds.
  if (!isSame(before, seen)) throw new ProblemError(changedMeanwhile(declared.address))
  if (before.is === 'present') await finishDeletions(work, before.evidence.objects, change)
  const now = await withPodDiagnosis(work, declared, async () => {
    if (needsUpgrade(change)) {
      await preRepair(work, change)
      await upgrade(work, change)
    }
    return repairUntilStable(work, change)
  })
  const { objects: _objects, ...head } = now.facts
  const { objects: _wanted, ...wanted } = change.desired
  if (canonicalJson(head) !== canonicalJson(wanted)) throw new ProblemError(notAsApplied(declared.address))
  return { facts: now.facts, guard: now.guard, bookkeeping: withChart(change.basis.charts, declared.material.chart) }
}

function isSame(a: Seen, b: Seen): boolean {
  if (a.is !== 'present' || b.is !== 'present') return a.is === b.is
  return a.guard === b.guard && canonicalJson(a.facts) === canonicalJson(b.facts)
}

/** An upgrade to something new begins from what the deployed revision says: the pods of the new one come after its hooks. */
async function preRepair(work: ApplyContext, change: ReleaseChange): Promise<void> {
  const keys = needsPreRepair(change)
  if (keys.size === 0) return
  const now = await lookAgain(work, change)
  if (now.is !== 'present') return
  const { objects } = now.evidence
  const isHere = (key: string) => keys.has(key) && objects.live.has(key) && change.basis.manifest.has(key)
  if (changesRelease(change)) await repairObjects(work, change, objects, asDeployed(work, change, objects), isHere)
  else await repairObjects(work, change, { ...objects, manifest: change.basis.manifest }, change.desired.objects ?? {}, isHere)
}

function asDeployed({ fingerprint }: ApplyContext, { declared }: ReleaseChange, { manifest, facts }: ObservedObjects): FactMap {
  return desiredObjects(manifest.values(), facts, (one) => manifestFacts(one, declared.address, fingerprint))
}

async function upgrade(work: ApplyContext, { declared, basis, observed: seen }: ReleaseChange): Promise<void> {
  const { installation } = declared.material
  const { timeoutSeconds } = installation.release
  const it = target(declared, basis.values)
  await recover(work, it, seen, timeoutSeconds)
  await work.assertLockHeld()
  const forceConflicts = seen.is === 'present' && seen.evidence.record.applyMethod === 'ssa'
  const { registerChild, signal, world } = work
  await withPodProgress(work, installation, () => world.helm.upgrade({ ...it, timeoutSeconds, forceConflicts, registerChild, signal }))
}

/** Looks, and mends what is planned and still not as the deployed manifest has it, until nothing is left. */
async function repairUntilStable(work: ApplyContext, change: ReleaseChange): Promise<Present> {
  for (let round = 1; ; round++) {
    const now = await lookAgain(work, change)
    if (now.is !== 'present') throw new ProblemError(notAsApplied(change.declared.address))
    const { objects } = now.evidence
    const wanted = asDeployed(work, change, objects)
    if (canonicalJson(wanted) === canonicalJson(objects.facts)) return now
    if (round === ROUNDS || !(await repairObjects(work, change, objects, wanted)))
      throw new ProblemError(changedMeanwhile(change.declared.address))
  }
}

async function lookAgain({ world, fingerprint }: ApplyContext, { declared }: ReleaseChange): Promise<Seen> {
  const seen = await observe({ view: world, fingerprint }, declared)
  if (seen.is === 'unknown') throw new ProblemError(seen.why)
  return seen
}
