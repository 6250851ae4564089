import { isMap, segments } from '../../../../src/values/json.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { absent, present, type ReadResult, unknown } from '../../../../src/values/readResult.ts'
import { mapAt, numberAt, textAt } from '../../../../src/values/unstructured.ts'
import { guardOf, liveObject } from '../../../../src/world/kubernetes/liveObjects.ts'
import type {
  ClusterReads,
  ClusterWrites,
  Guard,
  LiveObject,
  LiveSecret,
  LogRequest,
  ObjectKind,
  ObjectName,
  PatchOperation,
  RawObject,
  ReleaseRecord,
} from '../../../../src/world/ports/cluster.ts'

export const NAMESPACE = 'spacelift'

/**
 * The objects of one namespace in memory. As on an API server, every write gives an object another resourceVersion, a write
 * with an outdated guard is refused, and an object that is being deleted exists until its last finalizer is removed.
 */
export class FakeCluster {
  record: ReadResult<ReleaseRecord> = absent('an empty list')
  /** Kinds that cannot be listed. */
  readonly unreadable = new Set<string>()
  /** Every write and every check of the lock, in order. */
  readonly log: string[] = []
  readonly secrets = new Map<string, LiveSecret>()
  /** The text of each container's log, by pod; and what was requested. */
  readonly logs = new Map<string, string>()
  readonly logRequests: LogRequest[] = []
  /** Deployments are rolled out as soon as they are written. */
  podsBecomeReady = true
  /** Other clients: called before and after each write with what it writes. */
  before: (write: string) => void = () => undefined
  after: (write: string) => void = () => undefined
  /** Called before a list is read: it may delay the read, or throw. */
  beforeRead: (kind: string) => Promise<void> = async () => undefined
  readonly #objects = new Map<string, RawObject>()
  #version = 100

  // Reads

  readonly objects = async ({ apiVersion, kind }: ObjectKind, _namespace: string, _names: readonly string[]) => {
    await this.beforeRead(kind)
    if (this.unreadable.has(kind)) return unknown<readonly LiveObject[]>({ code: 'cluster/away', summary: 'Away.', remedy: 'none' })
    const raws = [...this.#objects.values()].filter((raw) => raw.apiVersion === apiVersion && raw.kind === kind)
    return present(raws.map((raw) => liveObject(raw, { apiVersion, kind })))
  }
  readonly secret: ClusterReads['secret'] = async (_namespace, name) => {
    const secret = this.secrets.get(name)
    if (this.unreadable.has('Secret')) return unknown({ code: 'cluster/away', summary: 'Away.', remedy: 'none' })
    return secret === undefined ? absent('NotFound') : present(secret)
  }
  readonly release: ClusterReads['release'] = async () => this.record
  readonly readLog: ClusterReads['log'] = async (request) => {
    this.logRequests.push(request)
    return present(this.logs.get(request.pod) ?? '')
  }

  // Writes of groundcrew

  readonly createObject = async (object: ObjectName, raw: RawObject): Promise<void> => {
    this.#write('create', object)
    if (this.has(object.kind, object.name)) throw existsAlready(nameOf(object))
    this.put(raw)
    this.after(`create ${nameOf(object)}`)
  }
  readonly patchObject = async (object: ObjectName, guard: Guard, operations: readonly PatchOperation[]): Promise<void> => {
    this.#write(`patch ${operations.map(({ op, path }) => `${op} ${path}`).join(', ')} of`, object)
    this.put(patched(this.#guarded(object, guard), operations))
    this.after(`patch ${nameOf(object)}`)
  }
  readonly deleteObject = async (object: ObjectName, guard: Guard): Promise<void> => {
    this.#write('delete', object)
    this.#guarded(object, guard)
    this.delete(object.kind, object.name)
    this.after(`delete ${nameOf(object)}`)
  }
  readonly createSecret: ClusterWrites['createSecret'] = async (_namespace, name, type, data) => {
    this.log.push(`create Secret ${name} with ${[...data.keys()]}`)
    if (this.secrets.has(name)) throw existsAlready(name)
    this.putSecret(name, data, type)
    return this.secrets.get(name) as LiveSecret
  }
  readonly patchSecret: ClusterWrites['patchSecret'] = async (_namespace, name, guard, { set, unset }) => {
    this.log.push(`patch Secret ${name}: set ${[...set.keys()]}, unset ${unset}`)
    const live = this.secrets.get(name)
    if (live?.resourceVersion !== guard.resourceVersion) throw changedMeanwhile(name)
    this.putSecret(name, new Map([...live.data, ...set].filter(([key]) => !unset.includes(key))), live.type)
    return this.secrets.get(name) as LiveSecret
  }
  readonly markReleaseFailed = async (record: ReleaseRecord, description: string): Promise<void> => {
    this.log.push(`mark revision ${record.revision} failed`)
    if (this.record.is !== 'present' || this.record.value.resourceVersion !== record.resourceVersion) throw changedMeanwhile('the record')
    this.setRecord({ ...record, status: 'failed', description })
  }

  // Changes by other clients and by the tests

  /** Stores an object; it keeps its uid. */
  put(raw: RawObject): void {
    const key = keyOf(String(raw.kind), textAt(raw, 'metadata', 'name'))
    const metadata = mapAt(raw, 'metadata')
    const generation = (numberAt(this.#objects.get(key), 'metadata', 'generation') ?? 0) + 1
    const server = {
      namespace: NAMESPACE,
      uid: metadata.uid ?? `uid-${this.#version}`,
      resourceVersion: String(++this.#version),
      generation,
    }
    const stored = { ...raw, metadata: { ...metadata, ...server } }
    const { finalizers } = metadata
    const isDeleted = metadata.deletionTimestamp !== undefined && !(Array.isArray(finalizers) && finalizers.length > 0)
    if (isDeleted) this.#objects.delete(key)
    else this.#objects.set(key, raw.kind === 'Deployment' && this.podsBecomeReady ? rolledOut(stored) : stored)
  }
  /** Changes an object as another client would. */
  edit(kind: string, name: string, operations: readonly PatchOperation[]): void {
    this.put(patched(this.live(kind, name), operations))
  }
  /** Deletes an object, or starts to if it has a finalizer. */
  delete(kind: string, name: string): void {
    const raw = this.live(kind, name)
    this.put({ ...raw, metadata: { ...mapAt(raw, 'metadata'), deletionTimestamp: '2026-11-24T00:00:00Z' } })
  }
  putSecret(name: string, data: LiveSecret['data'], type = 'Opaque'): void {
    const guard = { uid: `uid-of-${name}`, resourceVersion: String(++this.#version) }
    this.secrets.set(name, {
      ...guard,
      type,
      data,
      immutable: false,
      terminating: false,
      finalizers: [],
      annotations: [],
      managedFields: [],
    })
  }
  setRecord(record: ReleaseRecord): void {
    this.record = present({ ...record, resourceVersion: String(++this.#version) })
  }
  has(kind: string, name: string): boolean {
    return this.#objects.has(keyOf(kind, name))
  }
  live(kind: string, name: string): RawObject {
    const raw = this.#objects.get(keyOf(kind, name))
    if (raw === undefined) throw new Error(`${kind} ${name} does not exist`)
    return raw
  }

  /** The log without the checks of the lock. */
  get writes(): readonly string[] {
    return this.log.filter((entry) => entry !== 'assertLockHeld')
  }

  #write(verb: string, object: ObjectName): void {
    this.log.push(`${verb} ${nameOf(object)}`)
    this.before(`${verb.split(' ')[0]} ${nameOf(object)}`)
  }
  #guarded(object: ObjectName, guard: Guard): RawObject {
    const raw = this.#objects.get(keyOf(object.kind, object.name))
    const { uid, resourceVersion } = guardOf(raw)
    if (raw === undefined || uid !== guard.uid || resourceVersion !== guard.resourceVersion) throw changedMeanwhile(nameOf(object))
    return raw
  }
}

function rolledOut(raw: RawObject): RawObject {
  const pods = numberAt(raw, 'spec', 'replicas') ?? 1
  const counts = { replicas: pods, updatedReplicas: pods, readyReplicas: pods, availableReplicas: pods }
  return { ...raw, status: { ...counts, observedGeneration: mapAt(raw, 'metadata').generation } }
}

function changedMeanwhile(subject: string): ProblemError {
  return new ProblemError({ code: 'cluster/changed-meanwhile', summary: `${subject} changed.`, remedy: 'none' })
}

function existsAlready(subject: string): ProblemError {
  return new ProblemError({ code: 'cluster/exists', summary: `${subject} exists already.`, remedy: 'none' })
}

function nameOf({ kind, name }: ObjectName): string {
  return `${kind} ${name}`
}

function keyOf(kind: string, name: string): string {
  return `${kind}/${name}`
}

/** RFC 6902, as far as groundcrew uses it. */
function patched(object: RawObject, operations: readonly PatchOperation[]): RawObject {
  const copy: Record<string, unknown> = structuredClone(object) as Record<string, unknown>
  for (const operation of operations) {
    const path = segments(operation.path)
    const last = path.pop() as string
    const parent = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], copy)
    if (Array.isArray(parent))
      parent.splice(Number(last), operation.op === 'add' ? 0 : 1, ...('value' in operation ? [operation.value] : []))
    else if (!isMap(parent)) throw new Error(`${operation.path}: no such path`)
    else if (operation.op === 'add') (parent as Record<string, unknown>)[last] = operation.value
    else delete (parent as Record<string, unknown>)[last]
  }
  return copy
}
