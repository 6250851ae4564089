import type { ChartSource, Installation } from '../installation/installation.ts'
import type { State } from '../state/state.ts'
import { address } from '../values/address.ts'
import { isMap } from '../values/json.ts'
import { ProblemError } from '../values/problem.ts'
import type { ClusterReads } from '../world/ports/cluster.ts'

/**
 * The version of a chart whose version is not named: the one that was applied, or where no state tells that, the one that is
 * deployed. Undefined when there is none: then it is the newest. Throws a ProblemError when it cannot be known.
 */
export async function chartInUse(it: Installation, state: State | undefined, cluster: ClusterReads): Promise<string | undefined> {
  const { namespace } = it.kubernetes
  const { name, chart } = it.release
  const applied = state?.resources[address('release', namespace, name)]?.facts
  const remembered = isMap(applied) ? versionOf(applied.chart, chart) : undefined
  if (remembered !== undefined) return remembered
  const read = await cluster.release(namespace, name)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  return read.is === 'present' ? versionOf(read.value.chart, chart) : undefined
}

/** Of another chart no version says anything. */
function versionOf(it: unknown, source: ChartSource): string | undefined {
  const name = 'oci' in source ? source.oci.split('/').at(-1) : 'name' in source ? source.name : undefined
  return isMap(it) && it.name === name && typeof it.version === 'string' ? it.version : undefined
}
