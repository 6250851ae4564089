import type { Chart, Installation, Resolved } from '../installation/installation.ts'
import { READERS, SECRET_NAMES } from '../installation/spacelift.ts'
import { address } from '../values/address.ts'
import { canonicalJson } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { ReleaseRecord } from '../world/ports/cluster.ts'
import type { HelmTarget, HelmValues } from '../world/ports/helm.ts'
import { type Change, type Declared, type Kind, type Look, NO_IMPACT, type Upstream, type Work } from './kind.ts'
import { factsOf, look, type ReleaseFacts, readFacts, type Seen } from './release/facts.ts'
import { changedMeanwhile, notAsApplied, refuseWhileBusy } from './release/problems.ts'
import { withPodProgress } from './release/progress.ts'
import { recover } from './release/recover.ts'
import { RENAMED, removal, remove } from './release/removal.ts'
import { podTemplates, restartsBetween, type Templates } from './release/restarts.ts'
import { imagesOf, isTracked, secretsOf, track, workloads } from './release/tracking.ts'
import { chartValues, valueFacts, valueOrigins } from './release/values.ts'

type Material = { readonly installation: Installation; readonly chart: Chart }
/** What the upgrade is given, and the pod templates on both sides of it. */
type Basis = { readonly values: HelmValues; readonly before: Templates; readonly after: Templates }

/** The Helm release, looked at through Helm's own newest record: `release/spacelift/spacelift`. */
export const release: Kind<ReleaseFacts, Material, ReleaseRecord, Basis> = {
  name: 'release',
  holdsData: false,
  fixed: [],
  readFacts,
  declare,
  observe: ({ view }, it) => look(view.cluster, it.address),
  want,
  served: () => ({}),
  impact: ({ basis }) => ({ ...NO_IMPACT, restarts: restartsBetween(basis.before, basis.after) }),
  converge,
  removal,
  remove,
}

function declare({ installation, chart }: Resolved): readonly Declared<Material>[] {
  const { namespace } = installation.kubernetes
  const after = [
    address('namespace', namespace),
    address('image', 'backend'),
    address('image', 'launcher'),
    ...installation.objectStorage.buckets.map((bucket) => address('bucket', bucket.name)),
    ...READERS.map((reader) => address('secret', namespace, SECRET_NAMES[reader])),
  ]
  return [
    {
      address: address('release', namespace, installation.release.name),
      material: { installation, chart },
      after,
      origins: valueOrigins(installation),
      whenGone: RENAMED,
    },
  ]
}

async function want(look: Look, it: Declared<Material>, seen: Seen, upstream: Upstream): Promise<{ facts: ReleaseFacts; basis: Basis }> {
  const record = seen.is === 'present' ? seen.evidence : undefined
  refuseWhileBusy(record, it.material.installation.release.timeoutSeconds, look)
  const values = await wantedValues(look, it, record, upstream)
  const facts = { ...wantedFacts(it.material.chart), values: valueFacts(values) }
  if (record === undefined || isSettled(record, facts)) return { facts, basis: { values, before: NONE, after: NONE } }
  const [before, after] = await Promise.all([podTemplates(record.manifest), rendered(look, it, values)])
  return { facts, basis: { values, before, after } }
}

const NONE: Templates = new Map()

function wantedFacts(chart: Chart): Omit<ReleaseFacts, 'values'> {
  return { status: 'deployed', chart: { name: chart.name, version: chart.version } }
}

function isSettled(record: ReleaseRecord, facts: ReleaseFacts): boolean {
  return canonicalJson(factsOf(record)) === canonicalJson(facts)
}

/**
 * A workload without our annotations is not tracked yet. That is no difference by itself: it is tracked with the next
 * change that restarts it anyway, and at once when something it reads changes, since nothing else would restart it.
 */
async function wantedValues(
  look: Look,
  it: Declared<Material>,
  record: ReleaseRecord | undefined,
  upstream: Upstream,
): Promise<HelmValues> {
  const { installation, chart } = it.material
  const plain = chartValues(installation)
  const all = workloads(plain)
  if (record === undefined) return track(plain, installation, all, upstream)
  const tracked = all.filter(
    (one) => isTracked(record.config, one) || [...secretsOf(installation, one), ...imagesOf(one)].some(upstream.changes),
  )
  const untracked = all.filter((one) => !tracked.includes(one))
  const values = track(plain, installation, tracked, upstream, record.config)
  if (untracked.length === 0 || isSettled(record, { ...wantedFacts(chart), values: valueFacts(values) })) return values
  const [before, after] = await Promise.all([podTemplates(record.manifest), rendered(look, it, values)])
  const restarting = new Set(restartsBetween(before, after).map((one) => one.workload))
  return track(
    values,
    installation,
    untracked.filter((one) => restarting.has(one.deployment)),
    upstream,
  )
}

async function rendered(look: Look, it: Declared<Material>, values: HelmValues): Promise<Templates> {
  return podTemplates(await look.view.helm.render(target(it, values), look.signal))
}

function target({ material: { installation, chart } }: Declared<Material>, values: HelmValues): HelmTarget {
  return { release: installation.release.name, namespace: installation.kubernetes.namespace, chart, values }
}

async function converge(
  work: Work,
  change: Change<ReleaseFacts, Material, ReleaseRecord, Basis>,
): Promise<{ facts: ReleaseFacts; guard: string }> {
  const { declared, basis, seen, wanted } = change
  const { timeoutSeconds } = declared.material.installation.release
  const it = target(declared, basis.values)
  // Helm itself would upgrade whatever it finds.
  const before = await look(work.world.cluster, declared.address)
  if (before.is === 'unknown') throw new ProblemError(before.why)
  if (guardOf(before) !== guardOf(seen)) throw new ProblemError(changedMeanwhile(declared.address))
  await recover(work, it, seen, timeoutSeconds)
  await work.fenced()
  const forceConflicts = seen.is === 'present' && seen.evidence.applyMethod === 'ssa'
  const { announce, signal, world } = work
  await withPodProgress(work, it.namespace, () => world.helm.upgrade({ ...it, timeoutSeconds, forceConflicts, announce, signal }))
  const now = await look(world.cluster, declared.address)
  if (now.is === 'unknown') throw new ProblemError(now.why)
  if (now.is === 'absent' || canonicalJson(now.facts) !== canonicalJson(wanted)) throw new ProblemError(notAsApplied(declared.address))
  return { facts: now.facts, guard: now.guard }
}

function guardOf(seen: Seen): string {
  return seen.is === 'present' ? seen.guard : seen.is
}
