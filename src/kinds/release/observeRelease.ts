import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { Attribution, Declared, ReadContext, Recorded } from '../kind.ts'
import { readCharts } from './charts.ts'
import { guardOf, type Material, type ReleaseFacts, type ReleaseObservation, recordFacts } from './facts.ts'
import { ListCache } from './objects/observe/listCache.ts'
import { observeObjects } from './objects/observe/observeObjects.ts'

/** Reads Helm's newest record of the release, and every object of it. */
export async function observeRelease(
  { view, fingerprint }: Pick<ReadContext, 'view' | 'fingerprint'>,
  resource: Declared<Material> | Recorded<ReleaseFacts>,
  recorded?: Recorded<ReleaseFacts>,
): Promise<ReleaseObservation> {
  const { address } = resource
  const [, namespace = '', name = ''] = address.split('/')
  const { cluster } = view
  const lists = new ListCache(cluster)
  lists.prefetchCommon(namespace)
  const read = await cluster.release(namespace, name)
  if (read.is !== 'present') return read
  const record = read.value
  const objects = await observeObjects({ address, fingerprint, lists, record, cluster })
  if (objects.is !== 'present') return objects
  return {
    is: 'present',
    facts: { ...recordFacts(record), ...(includesObjects(resource) && { objects: objects.value.facts }) },
    guard: guardOf(record),
    evidence: { record, objects: objects.value, charts: readCharts(recorded?.bookkeeping) },
    by: new Map([...objects.value.by, ...writtenByHelm(record)]),
  }
}

/** Objects that the state does not remember cannot have changed since. */
function includesObjects(resource: Declared<Material> | Recorded<ReleaseFacts>): boolean {
  return !('facts' in resource) || resource.facts.objects !== undefined
}

function writtenByHelm({ lastDeployed }: ReleaseRecord): [string, Attribution][] {
  return ['/status', '/chart', '/values'].map((pointer) => [pointer, { manager: 'helm', time: lastDeployed }])
}
