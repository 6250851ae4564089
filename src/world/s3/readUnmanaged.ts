import { isMap } from '../../values/json.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { UnmanagedSettings } from '../ports/objectStore.ts'
import { combinedProblem, isMissing } from './readBucket.ts'
import type { Reply, S3Client, S3Request } from './s3Client.ts'
import { unparsable } from './s3Problems.ts'
import { child, childrenOf, type Node, namesOf, textOf, type Xml } from './xml.ts'

/** What is read, the permission that the request needs, and the S3 error code that proves absence. */
const SUBRESOURCES = [
  { query: 'object-lock', permission: 's3:GetBucketObjectLockConfiguration', missingCode: 'ObjectLockConfigurationNotFoundError' },
  { query: 'replication', permission: 's3:GetReplicationConfiguration', missingCode: 'ReplicationConfigurationNotFoundError' },
  { query: 'notification', permission: 's3:GetBucketNotification', missingCode: undefined },
] as const

/** Settings of a bucket that groundcrew reports and never changes: where its data is copied to, locks and limits. */
export async function readUnmanaged(client: S3Client, name: string): Promise<ReadResult<UnmanagedSettings>> {
  const requests = SUBRESOURCES.map(
    ({ query, permission }): S3Request => ({ method: 'GET', path: `/${name}?${query}`, permission, bucket: name }),
  )
  const quota: S3Request = {
    method: 'GET',
    path: `/minio/admin/v3/get-bucket-quota?bucket=${name}`,
    permission: 'admin:GetBucketQuota',
    bucket: name,
  }
  const replies = await Promise.all([...requests, quota].map((request) => client.send(request)))
  const failures = replies.flatMap((reply, i) => (reply.ok || isMissing(reply, SUBRESOURCES[i]?.missingCode) ? [] : [reply]))
  if (failures.some((failure) => isMissing(failure, 'NoSuchBucket'))) return absent(`MinIO returned NoSuchBucket for ${name}`)
  if (failures.length > 0) return unknown(combinedProblem(failures))
  const settings = parsed(replies, (await client.load()).xml)
  return settings === undefined
    ? unknown(unparsable(`object lock, replication, notification or quota document of the bucket ${name}`, client.origin))
    : present(settings)
}

function parsed(replies: readonly Reply[], xml: Xml): UnmanagedSettings | undefined {
  const [lock, replication, notification, quota] = replies.map((reply) => (reply.ok ? reply.text : undefined))
  const objectLock = lock === undefined ? false : lockOf(xml.read(lock, 'ObjectLockConfiguration'))
  const replicationTargets = replication === undefined ? [] : replicationTargetsOf(xml.read(replication, 'ReplicationConfiguration'))
  const notificationTargets = notificationTargetsOf(xml.read(notification ?? '', 'NotificationConfiguration'))
  const quotaBytes = quotaOf(quota ?? '')
  if (objectLock === undefined || replicationTargets === undefined || notificationTargets === undefined || quotaBytes === undefined)
    return undefined
  return { objectLock, replicationTargets: replicationTargets, notificationTargets: notificationTargets, quotaBytes }
}

function lockOf(node: Node | undefined): boolean | undefined {
  return node === undefined ? undefined : textOf(node, 'ObjectLockEnabled') === 'Enabled'
}

function replicationTargetsOf(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined
  const rules = childrenOf(node, 'Rule').filter((rule) => textOf(rule, 'Status') !== 'Disabled')
  return distinct(rules.map((rule) => textOf(child(rule, 'Destination'), 'Bucket') ?? 'an unknown target'))
}

/** `QueueConfiguration` has its target in a `Queue` element; the others accordingly. */
function notificationTargetsOf(node: Node | undefined): readonly string[] | undefined {
  if (node === undefined) return undefined
  const targetsOf = (kind: string, element: string) =>
    childrenOf(node, kind).map((configuration) => textOf(configuration, element) ?? 'an unknown target')
  const known = [
    ...targetsOf('QueueConfiguration', 'Queue'),
    ...targetsOf('TopicConfiguration', 'Topic'),
    ...targetsOf('CloudFunctionConfiguration', 'CloudFunction'),
  ]
  const others = namesOf(node).filter((name) => !/^(Queue|Topic|CloudFunction)Configuration$/.test(name))
  return distinct([...known, ...others])
}

function quotaOf(text: string): number | undefined {
  try {
    const parsedQuota: unknown = JSON.parse(text)
    // `quota` is the old name of `size`.
    const [size, quota] = isMap(parsedQuota) ? [parsedQuota.size, parsedQuota.quota] : []
    return typeof size === 'number' && typeof quota === 'number' ? size || quota : undefined
  } catch {
    return undefined
  }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort()
}
