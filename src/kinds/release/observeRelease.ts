import type { ReleaseRecord } from '../../world/ports/cluster.ts'
import type { Attribution, Declared, ReadContext, Recorded } from '../kind.ts'
import { readCharts } from './charts.ts'
import { guardOf, headOf, type Material, type ReleaseFacts, type Seen } from './facts.ts'
import { ListCache } from './objects/observe/listCache.ts'
import { observeObjects } from './objects/observe/observeObjects.ts'

/** Looks at a release through Helm's own newest record, and at every object the record means to be there. */
export async function observe(
  { view, fingerprint }: Pick<ReadContext, 'view' | 'fingerprint'>,
  it: Declared<Material> | Recorded<ReleaseFacts>,
  last?: Recorded<ReleaseFacts>,
): Promise<Seen> {
  const [, namespace = '', name = ''] = it.address.split('/')
  const { cluster } = view
  const lists = new ListCache(cluster)
  lists.expectUsual(namespace)
  const read = await cluster.release(namespace, name)
  if (read.is !== 'present') return read
  const record = read.value
  const objects = await observeObjects({ address: it.address, fingerprint, lists, record, cluster })
  if (objects.is !== 'present') return objects
  const facts = { ...headOf(record), ...(remembersObjects(it) && { objects: objects.value.facts }) }
  const by = new Map<string, Attribution>([...objects.value.by, ...byHelm(record)])
  return {
    is: 'present',
    facts,
    guard: guardOf(record),
    evidence: { record, objects: objects.value, charts: readCharts(last?.bookkeeping) },
    by,
  }
}

/** What a state does not remember cannot be told to have changed since. */
function remembersObjects(it: Declared<Material> | Recorded<ReleaseFacts>): boolean {
  return !('facts' in it) || it.facts.objects !== undefined
}

function byHelm({ lastDeployed }: ReleaseRecord): [string, Attribution][] {
  return ['/status', '/chart', '/values'].map((where) => [where, { manager: 'helm', time: lastDeployed }])
}
