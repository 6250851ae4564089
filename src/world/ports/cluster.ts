import type { ReadResult } from '../../values/readResult.ts'
import type { Sealed } from '../../values/sealed.ts'
import type { Unstructured } from '../../values/unstructured.ts'
import type { ManagedFields } from './managedFields.ts'

export type LiveNamespace = {
  readonly uid: string
  readonly resourceVersion: string
  readonly terminating: boolean
  /** While it is being deleted: the objects and finalizers that the cluster reports as blocking the deletion. */
  readonly deletionBlockers: readonly string[]
  readonly labels: { readonly [name: string]: string }
  readonly managedFields: readonly ManagedFields[]
}

/** A live Secret: its values were sealed before they left the adapter, its annotations are known by name only. */
export type LiveSecret = {
  readonly uid: string
  readonly resourceVersion: string
  readonly type: string
  readonly immutable: boolean
  readonly terminating: boolean
  readonly finalizers: readonly string[]
  readonly data: ReadonlyMap<string, Sealed>
  readonly annotations: readonly string[]
  readonly managedFields: readonly ManagedFields[]
}

/** A pod that runs or is about to run; finished and terminating pods are left out. */
export type LivePod = {
  readonly name: string
  /** RFC 3339. */
  readonly created: string
  readonly containers: readonly LiveContainer[]
  /** The Deployment that owns it, and the hash of the template it was created from; undefined for any other owner. */
  readonly deployment?: { readonly name: string; readonly template: string }
}

/** A container or init container: the image in its spec, and the image that the node reports. */
export type LiveContainer = {
  readonly image: string
  /** `registry.example.com/a/b@sha256:HEX` or another form with a digest; undefined where the node reports none. */
  readonly imageId?: string
  /** Start time, RFC 3339, by its node's clock; undefined unless it runs. */
  readonly started?: string
}

/** An object as the API server returns it, unvalidated. */
export type RawObject = Unstructured

/** Identifies an object. `namespace` is ignored for a cluster-scoped kind. */
export type ObjectName = { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string }

/** A live object of any kind but Secret. It may hold passwords in clear text: evidence, never a fact. */
export type LiveObject = Guard & ObjectName & { readonly raw: RawObject; readonly managedFields: readonly ManagedFields[] }

/** One operation of a JSON patch (RFC 6902); `add` replaces an existing value. */
export type PatchOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/** Helm's newest record of a release, decoded from its Secret. */
export type ReleaseRecord = {
  readonly name: string
  readonly namespace: string
  readonly revision: number
  /** One of Helm's: deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling, uninstalled, superseded. */
  readonly status: string
  readonly description: string
  /** RFC 3339, by the clock of the machine that ran helm. */
  readonly lastDeployed: string
  /** When its operation started and when the record was read: RFC 3339, both by the API server's clock. */
  readonly startedAt: string
  readonly readAt: string
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string }
  /** The values that Helm was given, `{}` when none. */
  readonly config: { readonly [key: string]: unknown }
  readonly manifest: string
  /** The chart's hooks, YAML; `ran`: in this revision. */
  readonly hooks: readonly { readonly manifest: string; readonly ran: boolean }[]
  /** The chart's crds/, YAML. */
  readonly crds: readonly string[]
  readonly applyMethod: 'ssa' | 'csa' | ''
  /** The record's Secret: its name and resourceVersion guard a change of the record. */
  readonly secretName: string
  readonly resourceVersion: string
}

export type ObjectKind = Pick<ObjectName, 'apiVersion' | 'kind'>

/** `previous`: the log of the container's run before the current one. */
export type LogRequest = {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly previous: boolean
  readonly lines: number
}

export interface ClusterReads {
  /** The uid of kube-system identifies the cluster. */
  identity(): Promise<ReadResult<string>>
  namespace(name: string): Promise<ReadResult<LiveNamespace>>
  secret(namespace: string, name: string): Promise<ReadResult<LiveSecret>>
  pods(namespace: string): Promise<ReadResult<readonly LivePod[]>>
  /**
   * The objects of one kind: of a namespaced kind all in the namespace in one list, of a cluster-scoped kind those in `names`.
   * Never absent: an object that does not exist is not in the list. Refuses the kind Secret.
   */
  objects(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>>
  /** The last lines that a container wrote. They may hold anything, including secrets. */
  log(request: LogRequest): Promise<ReadResult<string>>
  /** Absent is proven by an empty SecretList. */
  release(namespace: string, name: string): Promise<ReadResult<ReleaseRecord>>
}

/** The version of an object that a write was planned against; the server refuses a write when the object has another version. */
export type Guard = { readonly uid: string; readonly resourceVersion: string }

/** Every write throws a ProblemError; a stale guard is the problem `cluster/changed-meanwhile`. */
export interface ClusterWrites {
  createNamespace(name: string, labels: { readonly [name: string]: string }): Promise<void>
  /** Sets labels and keeps all others, in one patch that the server accepts only for `guard`. */
  labelNamespace(name: string, guard: Guard, labels: { readonly [name: string]: string }): Promise<void>
  deleteNamespace(name: string, guard: Guard): Promise<void>
  /** The server refuses it when the secret exists already. Returns the guard and the field owners of the new secret. */
  createSecret(
    namespace: string,
    name: string,
    type: string,
    data: ReadonlyMap<string, Sealed>,
  ): Promise<Guard & Pick<LiveSecret, 'managedFields'>>
  /** Sets `set`, removes the keys `unset` and the annotations `unannotate`, in one patch that the server accepts only for `guard`. */
  patchSecret(namespace: string, name: string, guard: Guard, edit: SecretEdit): Promise<Guard>
  deleteSecret(namespace: string, name: string, guard: Guard): Promise<void>
  /** Creates an object of any kind but Secret; the server refuses it when it exists already. */
  createObject(object: ObjectName, raw: RawObject): Promise<void>
  /** One patch that the server accepts only for `guard`. */
  patchObject(object: ObjectName, guard: Guard, operations: readonly PatchOperation[]): Promise<void>
  deleteObject(object: ObjectName, guard: Guard): Promise<void>
  /** Marks Helm's record as failed (payload and label), so that an upgrade is accepted again. */
  markReleaseFailed(record: ReleaseRecord, description: string): Promise<void>
}

export type SecretEdit = {
  readonly set: ReadonlyMap<string, Sealed>
  readonly unset: readonly string[]
  readonly unannotate: readonly string[]
  /** The secret has no data at all: a patch must create the map before it can set a key. */
  readonly dataIsMissing: boolean
}
