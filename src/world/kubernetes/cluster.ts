import { toBase64 } from '../../values/base64.ts'
import type { Problem } from '../../values/problem.ts'
import { present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { Sealed } from '../../values/sealed.ts'
import { listAt } from '../../values/unstructured.ts'
import type {
  ClusterReads,
  ClusterWrites,
  Guard,
  LiveNamespace,
  LiveObject,
  LivePod,
  LiveSecret,
  LogRequest,
  ObjectKind,
  ObjectName,
  PatchOperation,
  RawObject,
  ReleaseRecord,
  SecretEdit,
} from '../ports/cluster.ts'
import type { Api } from './api.ts'
import { guardOf, liveNamespace, livePod, liveSecret } from './liveObjects.ts'
import { Objects } from './objects.ts'
import { markFailed, readRelease } from './releases.ts'

/** The cluster, as kinds read and write it, over the API server. */
export class Cluster implements ClusterReads, ClusterWrites {
  readonly #api: Api
  readonly #objects: Objects

  constructor(api: Api) {
    this.#api = api
    this.#objects = new Objects(api)
  }

  async identity(): Promise<ReadResult<string>> {
    const read = await this.#api.read('/api/v1/namespaces/kube-system', 'the namespace kube-system')
    if (read.is === 'present') return present(guardOf(read.value).uid)
    return read.is === 'unknown' ? read : unknown(noKubeSystem())
  }

  async namespace(name: string): Promise<ReadResult<LiveNamespace>> {
    return mapRead(await this.#api.read(`/api/v1/namespaces/${name}`, `the namespace ${name}`), liveNamespace)
  }

  async secret(namespace: string, name: string): Promise<ReadResult<LiveSecret>> {
    return mapRead(await this.#api.read(secretPath(namespace, name), secretName(namespace, name)), liveSecret)
  }

  async pods(namespace: string): Promise<ReadResult<readonly LivePod[]>> {
    return mapRead(await this.#api.read(`/api/v1/namespaces/${namespace}/pods`, `the pods of namespace ${namespace}`), (list) =>
      listAt(list, 'items').flatMap(livePod),
    )
  }

  log({ namespace, pod, container, previous, lines }: LogRequest): Promise<ReadResult<string>> {
    const query = new URLSearchParams({ container, previous: String(previous), tailLines: String(lines) })
    return this.#api.readText(`/api/v1/namespaces/${namespace}/pods/${pod}/log?${query}`, `the log of pod ${pod}`)
  }

  release(namespace: string, name: string): Promise<ReadResult<ReleaseRecord>> {
    return readRelease(this.#api, namespace, name)
  }

  async createNamespace(name: string, labels: Labels): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }
    await this.#api.write({ method: 'POST', path: '/api/v1/namespaces', target: `the namespace ${name}`, body })
  }

  async labelNamespace(name: string, { resourceVersion }: Guard, labels: Labels): Promise<void> {
    const contentType = 'application/merge-patch+json'
    const body = { metadata: { resourceVersion, labels } }
    await this.#api.write({ method: 'PATCH', path: `/api/v1/namespaces/${name}`, target: `the namespace ${name}`, contentType, body })
  }

  async deleteNamespace(name: string, guard: Guard): Promise<void> {
    await this.#api.write({
      method: 'DELETE',
      path: `/api/v1/namespaces/${name}`,
      target: `the namespace ${name}`,
      body: preconditions(guard),
    })
  }

  async createSecret(namespace: string, name: string, type: string, data: ReadonlyMap<string, Sealed>): Promise<LiveSecret> {
    const values = Object.fromEntries([...data].map(([key, value]) => [key, toBase64(value.open())]))
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, type, data: values }
    return liveSecret(
      await this.#api.write({ method: 'POST', path: `/api/v1/namespaces/${namespace}/secrets`, target: secretName(namespace, name), body }),
    )
  }

  async patchSecret(namespace: string, name: string, guard: Guard, edit: SecretEdit): Promise<Guard> {
    const contentType = 'application/json-patch+json'
    const call = { method: 'PATCH' as const, path: secretPath(namespace, name), target: secretName(namespace, name), contentType }
    return guardOf(await this.#api.write({ ...call, body: secretPatch(guard, edit) }))
  }

  async deleteSecret(namespace: string, name: string, guard: Guard): Promise<void> {
    await this.#api.write({
      method: 'DELETE',
      path: secretPath(namespace, name),
      target: secretName(namespace, name),
      body: preconditions(guard),
    })
  }

  objects(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    return this.#objects.read(kind, namespace, names)
  }

  createObject(object: ObjectName, raw: RawObject): Promise<void> {
    return this.#objects.create(object, raw)
  }

  patchObject(object: ObjectName, guard: Guard, operations: readonly PatchOperation[]): Promise<void> {
    return this.#objects.patch(object, guard, operations)
  }

  deleteObject(object: ObjectName, guard: Guard): Promise<void> {
    return this.#objects.delete(object, guard)
  }

  markReleaseFailed(record: ReleaseRecord, description: string): Promise<void> {
    return markFailed(this.#api, record, description)
  }
}

type Labels = { readonly [name: string]: string }

/**
 * Replacing the resourceVersion with the observed one makes the server refuse a stale patch with 409; a failing `test` would
 * be a 422, which has other causes too.
 */
function secretPatch(guard: Guard, { set, unset, unannotate, dataIsMissing }: SecretEdit): unknown[] {
  const key = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
  return [
    { op: 'replace', path: '/metadata/resourceVersion', value: guard.resourceVersion },
    ...(dataIsMissing ? [{ op: 'add', path: '/data', value: {} }] : []),
    ...[...set].map(([name, value]) => ({ op: 'add', path: `/data/${key(name)}`, value: toBase64(value.open()) })),
    ...unset.map((name) => ({ op: 'remove', path: `/data/${key(name)}` })),
    ...unannotate.map((name) => ({ op: 'remove', path: `/metadata/annotations/${key(name)}` })),
  ]
}

function preconditions(guard: Guard) {
  return { preconditions: { uid: guard.uid, resourceVersion: guard.resourceVersion } }
}

function secretPath(namespace: string, name: string): string {
  return `/api/v1/namespaces/${namespace}/secrets/${name}`
}

function secretName(namespace: string, name: string): string {
  return `the secret ${namespace}/${name}`
}

function mapRead<A, B>(read: ReadResult<A>, convert: (value: A) => B): ReadResult<B> {
  return read.is === 'present' ? present(convert(read.value)) : read
}

function noKubeSystem(): Problem {
  return {
    code: 'cluster/no-kube-system',
    summary: 'The cluster has no namespace kube-system, so it cannot be distinguished from other clusters.',
    remedy: 'Check kubernetes.context and --kubeconfig: the server may not be a Kubernetes API server.',
  }
}
