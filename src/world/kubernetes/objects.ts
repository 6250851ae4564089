import { type Problem, ProblemError } from '../../values/problem.ts'
import { present, type ReadResult, unknown } from '../../values/readResult.ts'
import { listAt, textAt } from '../../values/unstructured.ts'
import type { Guard, LiveObject, ObjectKind, ObjectName, PatchOperation, RawObject } from '../ports/cluster.ts'
import type { Api } from './api.ts'
import { liveObject } from './liveObjects.ts'
import { pathOf, resourceOf } from './resources.ts'

/** Objects of any kind but Secret: Cluster reads and writes secrets itself and seals their values. */
export class Objects {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  async read(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    refuseSecret(kind)
    const resource = await resourceOf(this.#api, kind)
    if (resource.is !== 'present') return resource.is === 'unknown' ? resource : unknown(notAList(kind))
    if (!resource.value.isNamespaced) return this.#readEach(kind, names)
    const target = `the objects of kind ${kind.kind} in namespace ${namespace}`
    const read = await this.#api.read(pathOf(kind, resource.value, namespace), target)
    if (read.is === 'unknown') return read
    const isList = read.is === 'present' && textAt(read.value, 'kind') === `${kind.kind}List`
    return isList ? present(listAt(read.value, 'items').map((item) => liveObject(item, kind))) : unknown(notAList(kind))
  }

  async create(object: ObjectName, raw: RawObject): Promise<void> {
    const path = await this.#path({ ...object, name: undefined })
    await this.#api.write({ method: 'POST', path, target: describeObject(object), body: raw })
  }

  /** See `secretPatch` in cluster.ts for why the resourceVersion is replaced. */
  async patch(object: ObjectName, { resourceVersion }: Guard, operations: readonly PatchOperation[]): Promise<void> {
    const body = [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations]
    const contentType = 'application/json-patch+json'
    await this.#api.write({ method: 'PATCH', path: await this.#path(object), target: describeObject(object), contentType, body })
  }

  async delete(object: ObjectName, { uid, resourceVersion }: Guard): Promise<void> {
    const body = { propagationPolicy: 'Background', preconditions: { uid, resourceVersion } }
    await this.#api.write({ method: 'DELETE', path: await this.#path(object), target: describeObject(object), body })
  }

  /** A list of a cluster-scoped kind would contain the objects of all other users. */
  async #readEach(kind: ObjectKind, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    const reads = await Promise.all(
      names.map(async (name) => this.#api.read(await this.#path({ ...kind, namespace: '', name }), `the ${kind.kind} ${name}`)),
    )
    const failed = reads.find((read) => read.is === 'unknown')
    if (failed !== undefined) return failed
    return present(reads.flatMap((read) => (read.is === 'present' ? [liveObject(read.value, kind)] : [])))
  }

  async #path({ name, namespace, ...kind }: ObjectKind & { namespace: string; name: string | undefined }): Promise<string> {
    refuseSecret(kind)
    const resource = await resourceOf(this.#api, kind)
    if (resource.is !== 'present') throw new ProblemError(resource.is === 'unknown' ? resource.why : notAList(kind))
    return pathOf(kind, resource.value, namespace, name)
  }
}

function describeObject({ kind, namespace, name }: ObjectName): string {
  return `the ${kind} ${namespace === '' ? name : `${namespace}/${name}`}`
}

function refuseSecret({ apiVersion, kind }: ObjectKind): void {
  if (apiVersion === 'v1' && kind === 'Secret') throw new Error('a Secret must be read through Cluster.secret, which seals its values')
}

function notAList({ apiVersion, kind }: ObjectKind): Problem {
  return {
    code: 'cluster/error',
    summary: `The API server returned something other than a list of ${kind} (${apiVersion}).`,
    remedy: 'Check the server of this context, and the proxies in front of it.',
  }
}
