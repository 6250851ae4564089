import type { Workload } from '../../installation/spacelift.ts'
import { canonicalJson, type FactMap } from '../../values/json.ts'
import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { HelmTarget, HelmValues } from '../../world/ports/helm.ts'
import type { Declared, Desired, ReadContext, Upstream } from '../kind.ts'
import { chartFindings, hasDifferentDigest, withChart } from './charts.ts'
import { keptObjects } from './dataLoss.ts'
import { type Basis, type Evidence, type Material, type ReleaseFacts, type ReleaseObservation, recordFacts } from './facts.ts'
import { objectFindings } from './findings.ts'
import { changedTemplates, desiredObjects } from './objects/desiredObjects.ts'
import { type ManifestObject, objectsOfRendered } from './objects/manifest.ts'
import { manifestFacts } from './objects/observe/observeObjects.ts'
import { outdatedReaders } from './outdatedReaders.ts'
import { assertNotPending } from './releaseProblems.ts'
import { enabledWorkloads, imagesOfWorkload, isTracked, repairPointers, secretsOfWorkload, track } from './restartAnnotations.ts'
import { chartValues, valueFacts } from './values.ts'

type Manifest = ReadonlyMap<string, ManifestObject>

/** What the release should be. The chart is rendered only if it, or its values, are not those that are deployed. */
export async function desire(
  context: ReadContext,
  declared: Declared<Material>,
  observed: ReleaseObservation,
  upstream: Upstream,
): Promise<Desired<ReleaseFacts, Basis>> {
  const { address, material } = declared
  const { installation, chart } = material
  const evidence = observed.is === 'present' ? observed.evidence : undefined
  assertNotPending(evidence?.record, installation.release.timeoutSeconds, context)
  const values = await desiredValues(context, declared, evidence, upstream)
  const charts = evidence?.charts ?? {}
  const isOtherChart = hasDifferentDigest(charts, chart)
  const isDeployed = evidence !== undefined && !isOtherChart && hasDesiredRecord(evidence.record, declared, values)
  const manifest = isDeployed ? evidence.objects.manifest : await render(context, declared, values, evidence?.record)
  const kept = evidence === undefined ? [] : keptObjects(evidence.objects, manifest)
  const live = evidence?.objects.facts ?? {}
  const objects = {
    ...desiredObjects(manifest.values(), live, (object) => manifestFacts(object, address, context.fingerprint)),
    ...Object.fromEntries(kept.flatMap((key) => (live[key] === undefined ? [] : [[key, live[key]]]))),
  }
  const outdated = outdatedReaders(installation, enabledWorkloads(values), upstream)
  return {
    facts: { ...desiredRecord(declared, values), objects },
    basis: { values, manifest, outdatedReaders: outdated, charts },
    findings: [...chartFindings(address, chart, charts), ...objectFindings(address, evidence?.objects, kept)],
    bookkeeping: isOtherChart ? { charts } : withChart(charts, chart),
    repairPointers: evidence === undefined ? [] : repairPointers(evidence.record.config, values, outdated),
  }
}

function desiredRecord({ material: { chart } }: Declared<Material>, values: HelmValues): ReleaseFacts {
  return { status: 'deployed', chart: { name: chart.name, version: chart.version }, values: valueFacts(values) }
}

function hasDesiredRecord(record: ReleaseRecord, declared: Declared<Material>, values: HelmValues): boolean {
  return canonicalJson(recordFacts(record)) === canonicalJson(desiredRecord(declared, values))
}

/**
 * A workload without groundcrew's annotations is not tracked yet. That is no difference by itself: it is tracked with the next
 * change that restarts it anyway; at once only if something it reads changes, or its pods are outdated, because nothing else
 * would restart it.
 */
async function desiredValues(
  context: ReadContext,
  declared: Declared<Material>,
  evidence: Evidence | undefined,
  upstream: Upstream,
): Promise<HelmValues> {
  const { installation } = declared.material
  const untrackedValues = chartValues(installation)
  const workloads = enabledWorkloads(untrackedValues)
  if (evidence === undefined) return track(untrackedValues, installation, workloads, upstream)
  const { config } = evidence.record
  const outdated = outdatedReaders(installation, workloads, upstream)
  const needsRestart = (workload: Workload) =>
    outdated.has(workload.deployment) ||
    [...secretsOfWorkload(installation, workload), ...imagesOfWorkload(workload)].some(upstream.changes)
  const isTrackedNow = (workload: Workload) => context.trackAllReaders || isTracked(config, workload) || needsRestart(workload)
  const values = track(untrackedValues, installation, workloads.filter(isTrackedNow), upstream, config)
  const untracked = workloads.filter((workload) => !isTrackedNow(workload))
  if (untracked.length === 0 || hasDesiredRecord(evidence.record, declared, values)) return values
  const restarting = await restartedBy(context, declared, evidence, values)
  return track(
    values,
    installation,
    untracked.filter(({ deployment }) => restarting.includes(deployment)),
    upstream,
  )
}

/** The workloads that an upgrade to these values restarts. */
async function restartedBy(
  context: ReadContext,
  declared: Declared<Material>,
  { record, objects }: Evidence,
  values: HelmValues,
): Promise<readonly string[]> {
  const factsOf = (object: ManifestObject) => manifestFacts(object, declared.address, context.fingerprint)
  const before = desiredObjects(objects.manifest.values(), {}, factsOf)
  const after = desiredObjects((await render(context, declared, values, record)).values(), before, factsOf)
  return changedTemplates(before, after)
}

async function render(
  { view, signal }: ReadContext,
  declared: Declared<Material>,
  values: HelmValues,
  record: ReleaseRecord | undefined,
): Promise<Manifest> {
  const target = { ...helmTarget(declared, values), isUpgrade: record !== undefined }
  const text = await view.helm.render(target, signal)
  const objects = await objectsOfRendered(text, { name: target.release, namespace: target.namespace }, target.isUpgrade)
  return new Map(objects.map((object) => [object.key, object]))
}

export function helmTarget({ material: { installation, chart } }: Declared<Material>, values: HelmValues): HelmTarget {
  return { release: installation.release.name, namespace: installation.kubernetes.namespace, chart, values }
}

/** The facts of the observed objects; empty where there are none. */
export function objectsIn(observed: ReleaseObservation): FactMap {
  return (observed.is === 'present' ? observed.facts.objects : undefined) ?? {}
}
