import type { ChartSource, Installation } from '../installation/installation.ts'
import type { State } from '../state/state.ts'
import { address } from '../values/address.ts'
import { isMap } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { ClusterReads } from '../world/ports/cluster.ts'

/**
 * The version of a chart where the file names none: the one that was last applied or, without a state, the deployed one.
 * Undefined when nothing is deployed: then it is the newest. Throws a ProblemError when it cannot be read.
 */
export async function chartInUse(installation: Installation, state: State | undefined, cluster: ClusterReads): Promise<string | undefined> {
  const { namespace } = installation.kubernetes
  const { name, chart } = installation.release
  const applied = state?.resources[address('release', namespace, name)]?.facts
  const appliedVersion = isMap(applied) ? versionOf(applied.chart, chart) : undefined
  if (appliedVersion !== undefined) return appliedVersion
  const read = await cluster.release(namespace, name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' ? versionOf(read.value.chart, chart) : undefined
}

/** Undefined for another chart: its versions are unrelated. */
function versionOf(chart: unknown, source: ChartSource): string | undefined {
  const name = 'oci' in source ? source.oci.split('/').at(-1) : 'name' in source ? source.name : undefined
  return isMap(chart) && chart.name === name && typeof chart.version === 'string' ? chart.version : undefined
}
