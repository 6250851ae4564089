import { type Problem, ProblemError } from '../../values/problem.ts'
import { present, type ReadResult, unknown } from '../../values/readResult.ts'
import type { Guard, LiveObject, ObjectKind, ObjectName, PatchOperation, RawObject } from '../ports/cluster.ts'
import type { Api } from './api.ts'
import { items, liveObject, map } from './liveObjects.ts'
import { pathOf, resourceOf } from './resources.ts'

/** Objects of any kind but Secret, which is read and written in its own sealed way. */
export class Objects {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  async read(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
    refuseSecret(kind)
    const resource = await resourceOf(this.#api, kind)
    if (resource.is !== 'present') return resource.is === 'unknown' ? resource : unknown(notAList(kind))
    if (!resource.value.isNamespaced) return this.#each(kind, names)
    const what = `the objects of kind ${kind.kind} in namespace ${namespace}`
    const read = await this.#api.read(pathOf(kind, resource.value, namespace), what)
    if (read.is === 'unknown') return read
    const isList = read.is === 'present' && map(read.value).kind === `${kind.kind}List`
    return isList ? present(items(read.value).map((item) => liveObject(item, kind))) : unknown(notAList(kind))
  }

  async create(it: ObjectName, raw: RawObject): Promise<void> {
    const path = await this.#path({ ...it, name: undefined })
    await this.#api.write({ method: 'POST', path, what: whatOf(it), body: raw })
  }

  /** See Cluster.patchSecret for why the resourceVersion is replaced. */
  async patch(it: ObjectName, { resourceVersion }: Guard, operations: readonly PatchOperation[]): Promise<void> {
    const body = [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }, ...operations]
    const contentType = 'application/json-patch+json'
    await this.#api.write({ method: 'PATCH', path: await this.#path(it), what: whatOf(it), contentType, body })
  }

  async delete(it: ObjectName, { uid, resourceVersion }: Guard): Promise<void> {
    const body = { propagationPolicy: 'Background', preconditions: { uid, resourceVersion } }
    await this.#api.write({ method: 'DELETE', path: await this.#path(it), what: whatOf(it), body })
  }

  /** A list of a kind of the whole cluster would hold everybody's. */
  async #each(kind: ObjectKind, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>> {
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

function whatOf({ kind, namespace, name }: ObjectName): string {
  return `the ${kind} ${namespace === '' ? name : `${namespace}/${name}`}`
}

function refuseSecret({ apiVersion, kind }: ObjectKind): void {
  if (apiVersion === 'v1' && kind === 'Secret') throw new Error('a Secret is read where its values are sealed')
}

function notAList({ apiVersion, kind }: ObjectKind): Problem {
  return {
    code: 'cluster/error',
    summary: `The API server answers something else than a list of ${kind} (${apiVersion}).`,
    remedy: 'Look at the server of this context, and at proxies in front of it.',
  }
}
