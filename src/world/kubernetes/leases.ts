import { ProblemError } from '../../values/problem.ts'
import { present, type ReadResult } from '../../values/readResult.ts'
import { mapAt, textAt } from '../../values/unstructured.ts'
import type { Lease, Leases, LiveLease } from '../ports/leases.ts'
import type { Api, ApiRequest } from './api.ts'
import { guardOf } from './liveObjects.ts'

const HOLDER = 'groundcrew.dev/holder'

/** Leases of coordination.k8s.io/v1 as the lock uses them. */
export class ClusterLeases implements Leases {
  readonly #api: Api

  constructor(api: Api) {
    this.#api = api
  }

  async get(namespace: string, name: string): Promise<ReadResult<LiveLease>> {
    const read = await this.#api.read(leasePath(namespace, name), leaseName(namespace, name))
    return read.is === 'present' ? present(liveLease(read.value)) : read
  }

  async create(namespace: string, name: string, lease: Lease): Promise<LiveLease | 'exists'> {
    const call = {
      method: 'POST' as const,
      path: leasePath(namespace),
      target: leaseName(namespace, name),
      body: bodyOf(namespace, name, lease),
    }
    return this.#settle(call, 'exists')
  }

  async replace(namespace: string, name: string, lease: Lease, resourceVersion: string): Promise<LiveLease | 'conflict'> {
    const call = {
      method: 'PUT' as const,
      path: leasePath(namespace, name),
      target: leaseName(namespace, name),
      body: bodyOf(namespace, name, lease, resourceVersion),
    }
    return this.#settle(call, 'conflict')
  }

  async ensureNamespace(namespace: string): Promise<void> {
    const read = await this.#api.read(`/api/v1/namespaces/${namespace}`, `the namespace ${namespace}`)
    if (read.is === 'unknown') throw new ProblemError(read.why)
    if (read.is === 'present') return
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
    const call = { method: 'POST' as const, path: '/api/v1/namespaces', target: `the namespace ${namespace}`, body }
    const { status, body: response } = await this.#api.request(call)
    // Another first apply may create it at the same time.
    if (status !== 201 && status !== 409) throw new ProblemError(this.#api.problem(call, status, response))
  }

  async #settle<O extends string>(call: ApiRequest, onConflict: O): Promise<LiveLease | O> {
    const { status, body } = await this.#api.request(call)
    if (status === 409) return onConflict
    if (status === 200 || status === 201) return liveLease(body)
    throw new ProblemError(this.#api.problem(call, status, body))
  }
}

function liveLease(raw: unknown): LiveLease {
  const spec = mapAt(raw, 'spec')
  return {
    holder: textAt(spec, 'holderIdentity'),
    acquireTime: textAt(spec, 'acquireTime'),
    renewTime: textAt(spec, 'renewTime'),
    durationSeconds: Number(spec.leaseDurationSeconds ?? 0),
    transitions: Number(spec.leaseTransitions ?? 0),
    info: textAt(raw, 'metadata', 'annotations', HOLDER),
    resourceVersion: guardOf(raw).resourceVersion,
  }
}

function bodyOf(namespace: string, name: string, lease: Lease, resourceVersion?: string) {
  const { holder, acquireTime, renewTime, durationSeconds, transitions, info } = lease
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace, annotations: { [HOLDER]: info }, ...(resourceVersion !== undefined && { resourceVersion }) },
    spec: { holderIdentity: holder, acquireTime, renewTime, leaseDurationSeconds: durationSeconds, leaseTransitions: transitions },
  }
}

function leasePath(namespace: string, name?: string): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases${name === undefined ? '' : `/${name}`}`
}

function leaseName(namespace: string, name: string): string {
  return `the Lease ${namespace}/${name}`
}
