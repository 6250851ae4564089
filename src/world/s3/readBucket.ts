import { canonicalJson, isMap, type Json } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { LiveBucket } from '../ports/objectStore.ts'
import { readLifecycle } from './readLifecycle.ts'
import type { Call, Reply, S3Client } from './s3Client.ts'
import { missingRights, notUnderstood } from './s3Problems.ts'
import { readVersioning } from './versioning.ts'

type Failure = Reply & { readonly ok: false }

/** What is asked of a bucket, the right it takes, and the code by which S3 says that there is none. */
const PARTS = [
  { query: 'versioning', right: 's3:GetBucketVersioning', none: undefined },
  { query: 'lifecycle', right: 's3:GetLifecycleConfiguration', none: 'NoSuchLifecycleConfiguration' },
  { query: 'policy', right: 's3:GetBucketPolicy', none: 'NoSuchBucketPolicy' },
] as const

/** Asks for all of a bucket at once. Absent only when S3 itself says NoSuchBucket to every question. */
export async function readBucket(client: S3Client, name: string): Promise<ReadResult<LiveBucket>> {
  const calls = PARTS.map(({ query, right }): Call => ({ method: 'GET', path: `/${name}?${query}`, right, bucket: name }))
  const replies = await Promise.all(calls.map((call) => client.send(call)))
  const failures = replies.filter((reply, i): reply is Failure => !reply.ok && !notThere(reply, PARTS[i]?.none))
  const gone = failures.filter((failure) => notThere(failure, 'NoSuchBucket'))
  if (gone.length === PARTS.length) return absent(`MinIO says NoSuchBucket of ${name}`)
  const others = failures.filter((failure) => !gone.includes(failure))
  if (others.length > 0) return unknown(combined(others))
  if (gone.length > 0) return unknown(comesAndGoes(name))
  return understood(replies, client, name)
}

async function understood(replies: readonly Reply[], client: S3Client, name: string): Promise<ReadResult<LiveBucket>> {
  const { xml } = await client.load()
  const [first, second, third] = replies.map((reply) => (reply.ok ? reply.text : undefined))
  const versioning = readVersioning(first ?? '', xml)
  if (versioning === undefined) return unknown(notUnderstood(`versioning of ${name}`, client.origin))
  const rules = second === undefined ? [] : readLifecycle(second, xml)
  if (rules === undefined) return unknown(notUnderstood(`lifecycle of ${name}`, client.origin))
  const policy = third === undefined ? undefined : readPolicy(third)
  if (third !== undefined && policy === undefined) return unknown(notUnderstood(`policy of ${name}`, client.origin))
  return present({ versioning, rules, ...(policy !== undefined && { policy }) })
}

/** True when S3 itself says by this code that there is none. */
export function notThere(reply: Reply, code: string | undefined): boolean {
  return !reply.ok && reply.status === 404 && reply.code !== undefined && reply.code === code
}

/** All the missing rights in one problem; else the first one. */
export function combined(failures: readonly Failure[]): Problem {
  const denied = failures.filter(({ problem }) => problem.code === 'minio/missing-right')
  const worst = failures.find((failure) => !denied.includes(failure))
  if (worst !== undefined) return worst.problem
  return missingRights(
    denied.map(({ asked }) => asked.right),
    denied[0]?.asked.bucket,
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

/** Lists of names in a policy are sets, and MinIO gives them in another order each time. */
function sortedSets(value: Json): Json {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? [...value].sort() : value.map(sortedSets)
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, sortedSets(inner as Json)]))
}

function comesAndGoes(name: string): Problem {
  return {
    code: 'minio/bucket-comes-and-goes',
    summary: `The bucket ${name} was made or removed while groundcrew looked at it.`,
    remedy: 'Run it again.',
  }
}
