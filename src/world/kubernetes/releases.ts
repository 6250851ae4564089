import { gunzipSync, gzipSync } from 'node:zlib'
import { isMap } from '../../values/json.ts'
import type { Problem } from '../../values/problem.ts'
import { ProblemError } from '../../values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../values/readResult.ts'
import { listAt, mapAt, textAt, type Unstructured } from '../../values/unstructured.ts'
import type { ReleaseRecord } from '../ports/cluster.ts'
import type { Api } from './api.ts'

const GZIP = Buffer.from([0x1f, 0x8b])

/** Reads Helm's newest record of a release from its Secrets. Only an empty SecretList proves absence. */
export async function readRelease(api: Api, namespace: string, name: string): Promise<ReadResult<ReleaseRecord>> {
  const selector = encodeURIComponent(`owner=helm,name=${name}`)
  const read = await api.read(
    `/api/v1/namespaces/${namespace}/secrets?labelSelector=${selector}`,
    `Helm’s records in namespace ${namespace}`,
  )
  if (read.is !== 'present') return read.is === 'absent' ? unknown(noList(namespace)) : read
  if (textAt(read.value, 'kind') !== 'SecretList') return unknown(noList(namespace))
  const newest = listAt(read.value, 'items').toSorted((a, b) => revisionOf(b) - revisionOf(a))[0]
  if (newest === undefined) return absent(`an empty SecretList for ${name} in namespace ${namespace}`)
  const record = recordOf(newest, api.serverTime)
  return record === undefined ? unknown(unreadable(namespace, name)) : present(record)
}

/** Marks a record as failed in its payload and its label, if it is unchanged since it was read; keeps everything else. */
export async function markFailed(api: Api, record: ReleaseRecord, description: string): Promise<void> {
  const path = `/api/v1/namespaces/${record.namespace}/secrets/${record.secretName}`
  const target = `Helm’s record ${record.secretName}`
  const read = await api.read(path, target)
  if (read.is === 'unknown') throw new ProblemError(read.why)
  const object = mapAt(read.is === 'present' ? read.value : {})
  if (textAt(object, 'metadata', 'resourceVersion') !== record.resourceVersion)
    throw new ProblemError({
      code: 'cluster/changed-meanwhile',
      summary: `${target} was changed since the plan was made: a helm process may still be running.`,
      remedy: 'Plan again.',
    })
  const payload = decode(textAt(object, 'data', 'release'))
  if (payload === undefined) throw new ProblemError(unreadable(record.namespace, record.name))
  const failed = { ...payload, info: { ...mapAt(payload, 'info'), status: 'failed', description } }
  const labels = { ...mapAt(object, 'metadata', 'labels'), status: 'failed' }
  await api.write({
    method: 'PUT',
    path,
    target: target,
    body: { ...object, metadata: { ...mapAt(object, 'metadata'), labels }, data: { release: encode(failed) } },
  })
}

function recordOf(raw: unknown, readAt: string): ReleaseRecord | undefined {
  const payload = decode(textAt(raw, 'data', 'release'))
  if (payload === undefined) return undefined
  const info = mapAt(payload, 'info')
  const chart = mapAt(payload, 'chart', 'metadata')
  return {
    name: textAt(payload, 'name'),
    namespace: textAt(payload, 'namespace'),
    revision: Number(payload.version),
    status: textAt(info, 'status'),
    description: textAt(info, 'description'),
    lastDeployed: textAt(info, 'last_deployed'),
    startedAt: textAt(raw, 'metadata', 'creationTimestamp'),
    readAt,
    chart: { name: textAt(chart, 'name'), version: textAt(chart, 'version'), appVersion: textAt(chart, 'appVersion') },
    config: mapAt(payload, 'config'),
    manifest: textAt(payload, 'manifest'),
    hooks: listAt(payload, 'hooks').map((hook) => ({
      manifest: textAt(hook, 'manifest'),
      ran: textAt(hook, 'last_run', 'phase') === 'Succeeded',
    })),
    crds: listAt(payload, 'chart', 'files')
      .filter(isCrd)
      .map((file) => Buffer.from(textAt(file, 'data'), 'base64').toString('utf8')),
    applyMethod: payload.apply_method === 'ssa' || payload.apply_method === 'csa' ? payload.apply_method : '',
    secretName: textAt(raw, 'metadata', 'name'),
    resourceVersion: textAt(raw, 'metadata', 'resourceVersion'),
  }
}

function isCrd(file: Unstructured): boolean {
  return /^crds\/.*\.(ya?ml|json)$/.test(textAt(file, 'name'))
}

function revisionOf(raw: unknown): number {
  return Number(mapAt(raw, 'metadata', 'labels').version ?? 0)
}

/** Kubernetes and Helm each encode it in base64; old versions of Helm did not gzip it. */
function decode(data: string): Unstructured | undefined {
  try {
    const inner = Buffer.from(Buffer.from(data, 'base64').toString('utf8'), 'base64')
    const plain = inner.subarray(0, 2).equals(GZIP) ? gunzipSync(inner) : inner
    const value: unknown = JSON.parse(plain.toString('utf8'))
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}

function encode(payload: unknown): string {
  return Buffer.from(gzipSync(JSON.stringify(payload)).toString('base64')).toString('base64')
}

function noList(namespace: string): Problem {
  const summary = `The API server returned something other than a list of Helm’s records in namespace ${namespace}.`
  return { code: 'cluster/error', summary, remedy: 'Check the server of this context, and the proxies in front of it.' }
}

function unreadable(namespace: string, name: string): Problem {
  const summary = `Helm’s newest record of the release ${name} cannot be read.`
  return { code: 'release/unreadable', summary, remedy: `Check it: helm history ${name} -n ${namespace}` }
}
