import type { Workload } from '../../installation/spacelift.ts'
import { canonicalJson, type FactMap } from '../../values/json.ts'
import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { HelmTarget, HelmValues } from '../../world/ports/helm.ts'
import type { Declared, Desired, ReadContext, Upstream } from '../kind.ts'
import { chartFindings, hasDifferentDigest, withChart } from './charts.ts'
import { keptObjects } from './dataLoss.ts'
import { type Basis, headOf, type Material, type ReleaseFacts, type Seen } from './facts.ts'
import { findingsOf } from './findings.ts'
import { desiredObjects, templatesThatDiffer } from './objects/desiredObjects.ts'
import { type ManifestObject, objectsOfRendered } from './objects/manifest.ts'
import { manifestFacts } from './objects/observe/observeObjects.ts'
import { outdatedReaders } from './outdatedReaders.ts'
import { assertNotPending } from './releaseProblems.ts'
import { imagesOf, isTracked, repairedAt, secretsOf, track, workloads } from './restartAnnotations.ts'
import { chartValues, valueFacts } from './values.ts'

type Manifest = ReadonlyMap<string, ManifestObject>

/** What the release should be. The chart is rendered only when it, or its values, are not those that are deployed. */
export async function desire(
  look: ReadContext,
  it: Declared<Material>,
  seen: Seen,
  upstream: Upstream,
): Promise<Desired<ReleaseFacts, Basis>> {
  const evidence = seen.is === 'present' ? seen.evidence : undefined
  assertNotPending(evidence?.record, it.material.installation.release.timeoutSeconds, look)
  const values = await desiredValues(look, it, seen, upstream)
  const head = desiredHead(it, values)
  const { chart } = it.material
  const charts = evidence?.charts ?? {}
  const isSettled =
    evidence !== undefined && !hasDifferentDigest(charts, chart) && canonicalJson(headOf(evidence.record)) === canonicalJson(head)
  const manifest = isSettled ? evidence.objects.manifest : await rendered(look, it, values, evidence?.record)
  const found = evidence?.objects.facts ?? {}
  const wanted = desiredObjects(manifest.values(), found, (one) => manifestFacts(one, it.address, look.fingerprint))
  const kept = evidence === undefined ? [] : keptObjects(evidence.objects, manifest)
  const objects = { ...wanted, ...Object.fromEntries(kept.flatMap((key) => (found[key] === undefined ? [] : [[key, found[key]]]))) }
  const stale = outdatedReaders(it.material.installation, workloads(values), upstream)
  return {
    facts: { ...head, objects },
    basis: { values, manifest, stale, charts },
    findings: [...chartFindings(it.address, chart, charts), ...findingsOf(it.address, evidence?.objects, kept)],
    bookkeeping: hasDifferentDigest(charts, chart) ? { charts } : withChart(charts, chart),
    repairPointers: evidence === undefined ? [] : repairedAt(evidence.record.config, values, stale),
  }
}

function desiredHead({ material: { chart } }: Declared<Material>, values: HelmValues): ReleaseFacts {
  return { status: 'deployed', chart: { name: chart.name, version: chart.version }, values: valueFacts(values) }
}

/**
 * A workload without our annotations is not tracked yet. That is no difference by itself: it is tracked with the next
 * change that restarts it anyway, and at once when something it reads changes, or its pods run something else, since nothing
 * else would restart it.
 */
async function desiredValues(look: ReadContext, it: Declared<Material>, seen: Seen, upstream: Upstream): Promise<HelmValues> {
  const { installation } = it.material
  const plain = chartValues(installation)
  const all = workloads(plain)
  if (seen.is !== 'present') return track(plain, installation, all, upstream)
  const { record, objects } = seen.evidence
  const stale = outdatedReaders(installation, all, upstream)
  const isTouched = (one: Workload) =>
    stale.has(one.deployment) || [...secretsOf(installation, one), ...imagesOf(one)].some(upstream.changes)
  const tracked = all.filter((one) => look.trackAllReaders || isTracked(record.config, one) || isTouched(one))
  const untracked = all.filter((one) => !tracked.includes(one))
  const values = track(plain, installation, tracked, upstream, record.config)
  if (untracked.length === 0 || canonicalJson(headOf(record)) === canonicalJson(desiredHead(it, values))) return values
  const factsOf = (one: ManifestObject) => manifestFacts(one, it.address, look.fingerprint)
  const before = desiredObjects(objects.manifest.values(), {}, factsOf)
  const after = desiredObjects((await rendered(look, it, values, record)).values(), before, factsOf)
  const restarting = new Set(templatesThatDiffer(before, after))
  return track(
    values,
    installation,
    untracked.filter((one) => restarting.has(one.deployment)),
    upstream,
  )
}

async function rendered(
  look: ReadContext,
  it: Declared<Material>,
  values: HelmValues,
  record: ReleaseRecord | undefined,
): Promise<Manifest> {
  const asked = { ...target(it, values), isUpgrade: record !== undefined }
  const text = await look.view.helm.render(asked, look.signal)
  const objects = await objectsOfRendered(text, { name: asked.release, namespace: asked.namespace }, asked.isUpgrade)
  return new Map(objects.map((one) => [one.key, one]))
}

/** What helm is told. */
export function target({ material: { installation, chart } }: Declared<Material>, values: HelmValues): HelmTarget {
  return { release: installation.release.name, namespace: installation.kubernetes.namespace, chart, values }
}

/** The facts of the objects, none where there are none. */
export function objectsIn(seen: Seen): FactMap {
  return (seen.is === 'present' ? seen.facts.objects : undefined) ?? {}
}
