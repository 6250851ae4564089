import type { Address } from '../../values/address.ts'
import { type FactMap, isMap, type Json } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ClusterReads, ReleaseRecord } from '../../world/ports/cluster.ts'
import type { Observation } from '../kind.ts'
import { unreadableState } from './problems.ts'
import { valueFacts } from './values.ts'

export type ReleaseFacts = {
  readonly status: string
  readonly chart: { readonly name: string; readonly version: string }
  readonly values: FactMap
}
export type Seen = Observation<ReleaseFacts, ReleaseRecord>

/** Stored facts as they were written. Throws a ProblemError for anything else. */
export function readFacts(stored: Json): ReleaseFacts {
  if (isMap(stored) && typeof stored.status === 'string' && isMap(stored.chart) && isMap(stored.values)) return stored as ReleaseFacts
  throw new ProblemError(unreadableState())
}

/** Helm's newest record of `release/NAMESPACE/NAME`. */
export async function look(cluster: ClusterReads, it: Address): Promise<Seen> {
  const [, namespace = '', name = ''] = it.split('/')
  const read = await cluster.release(namespace, name)
  if (read.is !== 'present') return read
  const record = read.value
  const helm = { manager: 'helm', time: record.lastDeployed }
  const guard = `${record.revision}:${record.resourceVersion}`
  return { is: 'present', facts: factsOf(record), guard, evidence: record, by: new Map([['', helm]]) }
}

export function factsOf({ status, chart, config }: ReleaseRecord): ReleaseFacts {
  return { status, chart: { name: chart.name, version: chart.version }, values: valueFacts(config) }
}
