import { canonicalJson, isMap, type Json } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { LiveBucket } from '../ports/objectStore.ts'
import { readLifecycle } from './readLifecycle.ts'
import type { Reply, S3Client, S3Request } from './s3Client.ts'
import { missingPermissions, unparsable } from './s3Problems.ts'
import { readVersioning } from './versioning.ts'

type Failure = Reply & { readonly ok: false }

/** What is read of a bucket, the permission that the request needs, and the S3 error code that proves absence. */
const SUBRESOURCES = [
  { query: 'versioning', permission: 's3:GetBucketVersioning', missingCode: undefined },
  { query: 'lifecycle', permission: 's3:GetLifecycleConfiguration', missingCode: 'NoSuchLifecycleConfiguration' },
  { query: 'policy', permission: 's3:GetBucketPolicy', missingCode: 'NoSuchBucketPolicy' },
] as const

/** Reads all parts of a bucket in parallel. Absent only when S3 returns NoSuchBucket for each of them. */
export async function readBucket(client: S3Client, name: string): Promise<ReadResult<LiveBucket>> {
  const requests = SUBRESOURCES.map(
    ({ query, permission }): S3Request => ({ method: 'GET', path: `/${name}?${query}`, permission, bucket: name }),
  )
  const replies = await Promise.all(requests.map((request) => client.send(request)))
  const failures = replies.filter((reply, i): reply is Failure => !reply.ok && !isMissing(reply, SUBRESOURCES[i]?.missingCode))
  const missing = failures.filter((failure) => isMissing(failure, 'NoSuchBucket'))
  if (missing.length === SUBRESOURCES.length) return absent(`MinIO returned NoSuchBucket for ${name}`)
  const others = failures.filter((failure) => !missing.includes(failure))
  if (others.length > 0) return unknown(combinedProblem(others))
  if (missing.length > 0) return unknown(changedDuringRead(name))
  return parsed(replies, client, name)
}

async function parsed(replies: readonly Reply[], client: S3Client, name: string): Promise<ReadResult<LiveBucket>> {
  const { xml } = await client.load()
  const [versioningXml, lifecycleXml, policyJson] = replies.map((reply) => (reply.ok ? reply.text : undefined))
  const versioning = readVersioning(versioningXml ?? '', xml)
  if (versioning === undefined) return unknown(unparsable(`versioning document of the bucket ${name}`, client.origin))
  const rules = lifecycleXml === undefined ? [] : readLifecycle(lifecycleXml, xml)
  if (rules === undefined) return unknown(unparsable(`lifecycle document of the bucket ${name}`, client.origin))
  const policy = policyJson === undefined ? undefined : readPolicy(policyJson)
  if (policyJson !== undefined && policy === undefined) return unknown(unparsable(`policy of the bucket ${name}`, client.origin))
  return present({ versioning, rules, ...(policy !== undefined && { policy }) })
}

/** True when S3 proves the absence by this error code. */
export function isMissing(reply: Reply, code: string | undefined): boolean {
  return !reply.ok && reply.status === 404 && reply.code !== undefined && reply.code === code
}

/** One problem for all missing permissions; the first problem when one of them has another cause. */
export function combinedProblem(failures: readonly Failure[]): Problem {
  const denied = failures.filter(({ problem }) => problem.code === 'minio/missing-right')
  const other = failures.find((failure) => !denied.includes(failure))
  if (other !== undefined) return other.problem
  return missingPermissions(
    denied.map(({ operation }) => operation.permission),
    denied[0]?.operation.bucket,
  )
}

function readPolicy(text: string): string | undefined {
  try {
    const policy = JSON.parse(text) as Json
    return isMap(policy) ? canonicalJson(sortedSets(policy as Json)) : undefined
  } catch {
    return undefined
  }
}

/** Lists of names in a policy are sets: MinIO returns them in a different order each time. */
function sortedSets(value: Json): Json {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string') ? [...value].sort() : value.map(sortedSets)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sortedSets(inner as Json)]))
}

function changedDuringRead(name: string): Problem {
  return {
    code: 'minio/bucket-comes-and-goes',
    summary: `The bucket ${name} was created or removed while it was read.`,
    remedy: 'Run it again.',
  }
}
