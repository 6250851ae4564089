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
  /** Every object by its key, `apps/Deployment/spacelift-server`. A state written before objects were looked at has none. */
  readonly objects?: FactMap
}
export type Material = { readonly installation: Installation; readonly chart: Chart }
export type Evidence = { readonly record: ReleaseRecord; readonly objects: ObservedObjects; readonly charts: KnownCharts }
/** What the upgrade is given, what it will mean to be there, and which Deployments it restarts for their pods' sake, and why. */
export type Basis = {
  readonly values: HelmValues
  readonly manifest: ReadonlyMap<string, ManifestObject>
  readonly stale: OutdatedReaders
  readonly charts: KnownCharts
}
export type Seen = Observation<ReleaseFacts, Evidence>
export type ReleaseChange = Change<ReleaseFacts, Material, Evidence, Basis>

/** Stored facts as they were written. Throws a ProblemError for anything else. */
export function readFacts(stored: Json): ReleaseFacts {
  if (isMap(stored) && typeof stored.status === 'string' && isMap(stored.chart) && isMap(stored.values)) return stored as ReleaseFacts
  throw new ProblemError(unreadableRecord('release'))
}

/** What Helm's record itself says. */
export function headOf({ status, chart, config }: ReleaseRecord): ReleaseFacts {
  return { status, chart: { name: chart.name, version: chart.version }, values: valueFacts(config) }
}

/** Helm's newest record as the server calls its version. */
export function guardOf({ revision, resourceVersion }: ReleaseRecord): string {
  return `${revision}:${resourceVersion}`
}
