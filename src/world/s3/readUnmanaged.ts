import { isMap } from '../../values/json.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { UnmanagedSettings } from '../ports/objectStore.ts'
import { combined, notThere } from './readBucket.ts'
import type { Call, Reply, S3Client } from './s3Client.ts'
import { notUnderstood } from './s3Problems.ts'
import { child, childrenOf, type Node, namesOf, textOf, type Xml } from './xml.ts'

/** What is asked, the right it takes, and the code by which S3 says that there is none. */
const PARTS = [
  { query: 'object-lock', right: 's3:GetBucketObjectLockConfiguration', none: 'ObjectLockConfigurationNotFoundError' },
  { query: 'replication', right: 's3:GetReplicationConfiguration', none: 'ReplicationConfigurationNotFoundError' },
  { query: 'notification', right: 's3:GetBucketNotification', none: undefined },
] as const

/** What surrounds a bucket and is never changed by groundcrew: ways out for its data, locks and limits. */
export async function readWatched(client: S3Client, name: string): Promise<ReadResult<UnmanagedSettings>> {
  const parts = PARTS.map(({ query, right }): Call => ({ method: 'GET', path: `/${name}?${query}`, right, bucket: name }))
  const quota: Call = {
    method: 'GET',
    path: `/minio/admin/v3/get-bucket-quota?bucket=${name}`,
    right: 'admin:GetBucketQuota',
    bucket: name,
  }
  const replies = await Promise.all([...parts, quota].map((call) => client.send(call)))
  const failures = replies.flatMap((reply, i) => (reply.ok || notThere(reply, PARTS[i]?.none) ? [] : [reply]))
  if (failures.some((failure) => notThere(failure, 'NoSuchBucket'))) return absent(`MinIO says NoSuchBucket of ${name}`)
  if (failures.length > 0) return unknown(combined(failures))
  const found = understood(replies, (await client.load()).xml)
  return found === undefined
    ? unknown(notUnderstood(`object lock, replication, notification or quota of ${name}`, client.origin))
    : present(found)
}

function understood(replies: readonly Reply[], xml: Xml): UnmanagedSettings | undefined {
  const [lock, replication, notification, quota] = replies.map((reply) => (reply.ok ? reply.text : undefined))
  const objectLock = lock === undefined ? false : lockOf(xml.read(lock, 'ObjectLockConfiguration'))
  const replicatesTo = replication === undefined ? [] : targets(xml.read(replication, 'ReplicationConfiguration'))
  const notifies = receivers(xml.read(notification ?? '', 'NotificationConfiguration'))
  const quotaBytes = quotaOf(quota ?? '')
  if (objectLock === undefined || replicatesTo === undefined || notifies === undefined || quotaBytes === undefined) return undefined
  return { objectLock, replicationTargets: replicatesTo, notificationTargets: notifies, quotaBytes }
}

function lockOf(node: Node | undefined): boolean | undefined {
  return node === undefined ? undefined : textOf(node, 'ObjectLockEnabled') === 'Enabled'
}

function targets(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined
  const rules = childrenOf(node, 'Rule').filter((rule) => textOf(rule, 'Status') !== 'Disabled')
  return distinct(rules.map((rule) => textOf(child(rule, 'Destination'), 'Bucket') ?? 'an unknown target'))
}

/** `QueueConfiguration` names its target in a `Queue` element; the others likewise. */
function receivers(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined
  const of = (kind: string, element: string) => childrenOf(node, kind).map((one) => textOf(one, element) ?? 'an unknown target')
  const known = [
    ...of('QueueConfiguration', 'Queue'),
    ...of('TopicConfiguration', 'Topic'),
    ...of('CloudFunctionConfiguration', 'CloudFunction'),
  ]
  const others = namesOf(node).filter((name) => !/^(Queue|Topic|CloudFunction)Configuration$/.test(name))
  return distinct([...known, ...others])
}

function quotaOf(text: string): number | undefined {
  try {
    const answer: unknown = JSON.parse(text)
    // `quota` is the old name of `size`.
    const [size, quota] = isMap(answer) ? [answer.size, answer.quota] : []
    return typeof size === 'number' && typeof quota === 'number' ? size || quota : undefined
  } catch {
    return undefined
  }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}
