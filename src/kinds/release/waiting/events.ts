import { mapAt, textAt } from '../../../values/unstructured.ts'
import type { ClusterReads, RawObject } from '../../../world/ports/cluster.ts'

/** An event about an object, as the API reports it. */
export type ClusterEvent = {
  /** The uid of the object that the event is about. */
  readonly about: string
  readonly type: string
  readonly reason: string
  readonly message: string
  readonly at: string
  readonly count: number
}

/** The namespace's events, newest first; none where they may not be read. */
export async function newestEvents(cluster: ClusterReads, namespace: string): Promise<readonly ClusterEvent[]> {
  const read = await cluster.objects({ apiVersion: 'v1', kind: 'Event' }, namespace, [])
  if (read.is !== 'present') return []
  return read.value.map(({ raw }) => eventOf(raw)).sort((a, b) => (a.at < b.at ? 1 : -1))
}

function eventOf(raw: RawObject): ClusterEvent {
  const times = [
    textAt(raw, 'series', 'lastObservedTime'),
    textAt(raw, 'lastTimestamp'),
    textAt(raw, 'eventTime'),
    textAt(raw, 'firstTimestamp'),
  ]
  return {
    about: textAt(raw, 'involvedObject', 'uid'),
    type: textAt(raw, 'type'),
    reason: textAt(raw, 'reason'),
    message: textAt(raw, 'message'),
    at: times.find((time) => time !== '') ?? '',
    count: Number(mapAt(raw, 'series').count ?? raw.count ?? 1),
  }
}
