import type { ClusterReads, RawObject } from '../../../world/ports/cluster.ts'
import { mapAt, textAt } from './pendingRollouts.ts'
import type { ClusterEvent } from './reasons.ts'

/** The namespace's events, the newest first; none where they may not be looked at. */
export async function newestEvents(cluster: ClusterReads, namespace: string): Promise<readonly ClusterEvent[]> {
  const read = await cluster.objects({ apiVersion: 'v1', kind: 'Event' }, namespace, [])
  if (read.is !== 'present') return []
  return read.value.map(({ raw }) => told(raw)).sort((a, b) => (a.at < b.at ? 1 : -1))
}

function told(raw: RawObject): ClusterEvent {
  const series = mapAt(raw, 'series')
  const times = [textAt(series, 'lastObservedTime'), textAt(raw, 'lastTimestamp'), textAt(raw, 'eventTime'), textAt(raw, 'firstTimestamp')]
  return {
    about: textAt(mapAt(raw, 'involvedObject'), 'uid'),
    type: textAt(raw, 'type'),
    reason: textAt(raw, 'reason'),
    message: textAt(raw, 'message'),
    at: times.find((one) => one !== '') ?? '',
    count: Number(series.count ?? raw.count ?? 1),
  }
}
