import type { Chart, Installation } from '../../installation/installation.ts'
import { type FactMap, isMap, type Json } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import { unreadableRecord } from '../../values/stateProblems.ts'
import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { HelmValues } from '../../world/ports/helm.ts'
import type { Change, Observation, OutdatedReaders } from '../kind.ts'
import type { KnownCharts } from './charts.ts'
import type { ManifestObject } from './objects/manifest.ts'
import type { ObservedObjects } from './objects/observe/observeObjects.ts'
import { valueFacts } from './values.ts'

export type ReleaseFacts = {
  readonly status: string
  readonly chart: { readonly name: string; readonly version: string }
  readonly values: FactMap
  /** Every object by its key, `apps/Deployment/spacelift-server`. The state of a version that did not observe objects has none. */
  readonly objects?: FactMap
}
export type Material = { readonly installation: Installation; readonly chart: Chart }
export type Evidence = { readonly record: ReleaseRecord; readonly objects: ObservedObjects; readonly charts: KnownCharts }
/** The values and manifest of the upgrade, the Deployments whose pods are outdated, and the charts that were applied before. */
export type Basis = {
  readonly values: HelmValues
  readonly manifest: ReadonlyMap<string, ManifestObject>
  readonly outdatedReaders: OutdatedReaders
  readonly charts: KnownCharts
}
export type ReleaseObservation = Observation<ReleaseFacts, Evidence>
export type ReleaseChange = Change<ReleaseFacts, Material, Evidence, Basis>

/** Throws a ProblemError for anything but facts as a state stores them. */
export function readFacts(stored: Json): ReleaseFacts {
  if (isMap(stored) && typeof stored.status === 'string' && isMap(stored.chart) && isMap(stored.values)) return stored as ReleaseFacts
  throw new ProblemError(unreadableRecord('release'))
}

/** The facts of Helm's record, without the objects. */
export function recordFacts({ status, chart, config }: ReleaseRecord): ReleaseFacts {
  return { status, chart: { name: chart.name, version: chart.version }, values: valueFacts(config) }
}

/** The version of Helm's newest record. */
export function guardOf({ revision, resourceVersion }: ReleaseRecord): string {
  return `${revision}:${resourceVersion}`
}
