import type { ReadResult } from '../../values/readResult.ts'
import type { Sealed } from '../../values/sealed.ts'
import type { ManagedFields } from './managedFields.ts'

export type LiveNamespace = {
  readonly uid: string
  readonly resourceVersion: string
  readonly terminating: boolean
  /** While it goes: what the cluster says is still in it, or keeps it. */
  readonly heldBy: readonly string[]
  readonly labels: { readonly [name: string]: string }
  readonly managedFields: readonly ManagedFields[]
}

/** A Secret as it is; its values were sealed before they left the adapter, annotations are known by name only. */
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

/** A Deployment reduced to what impact and progress need. */
export type LiveDeployment = {
  readonly name: string
  readonly replicas: number
  /** Pods of the newest template that are ready, at least. */
  readonly ready: number
  readonly labels: { readonly [name: string]: string }
  readonly podAnnotations: { readonly [name: string]: string }
}

/** A pod that runs or is about to; those that are finished or going are none. */
export type LivePod = {
  readonly name: string
  /** RFC 3339. */
  readonly created: string
  readonly containers: readonly LiveContainer[]
  /** The Deployment it is of, and which of its templates it was made from; undefined for a pod of anything else. */
  readonly deployment?: { readonly name: string; readonly template: string }
}

/** A container, init containers included: the image it was declared with, and what the node says it runs. */
export type LiveContainer = {
  readonly image: string
  /** `registry.example.com/a/b@sha256:HEX` or another form with a digest; undefined where the node does not say. */
  readonly imageId?: string
  /** When it was started, RFC 3339, by its node's clock; undefined unless it runs. */
  readonly started?: string
}

/** An object as Kubernetes writes it; what stands in it is nobody's promise. */
export type RawObject = { readonly [key: string]: unknown }

/** What an object is and where it stands. `namespace` means nothing for a kind of the whole cluster. */
export type ObjectName = { readonly apiVersion: string; readonly kind: string; readonly namespace: string; readonly name: string }

/** An object of any kind but Secret as it is. It may hold passwords in clear: evidence, never a fact. */
export type LiveObject = Guard & ObjectName & { readonly raw: RawObject; readonly managedFields: readonly ManagedFields[] }

/** One operation of a JSON patch (RFC 6902); `add` replaces what is there. */
export type PatchOperation =
  | { readonly op: 'add'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/** Helm's newest record of a release, decoded from its Secret. */
export type ReleaseRecord = {
  readonly name: string
  readonly namespace: string
  readonly revision: number
  /** Helm's word: deployed, failed, pending-install, pending-upgrade, pending-rollback, uninstalling, uninstalled, superseded. */
  readonly status: string
  readonly description: string
  /** RFC 3339, by the clock of whoever ran helm. */
  readonly lastDeployed: string
  /** When its operation was begun and when it was read: RFC 3339, both by the API server's clock. */
  readonly begun: string
  readonly readAt: string
  readonly chart: { readonly name: string; readonly version: string; readonly appVersion: string }
  /** The values Helm was given, `{}` when none. */
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

/** Whose log; `previous`: of the run before this one. */
export type LogOf = {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly previous: boolean
  readonly lines: number
}

export interface ClusterReads {
  /** uid of kube-system: which cluster this is. */
  identity(): Promise<ReadResult<string>>
  namespace(name: string): Promise<ReadResult<LiveNamespace>>
  secret(namespace: string, name: string): Promise<ReadResult<LiveSecret>>
  deployments(namespace: string): Promise<ReadResult<readonly LiveDeployment[]>>
  pods(namespace: string): Promise<ReadResult<readonly LivePod[]>>
  /**
   * The objects of one kind: all in the namespace in one list, or of a kind of the whole cluster those that are named. Never
   * absent: what is not there is not in the list. Refuses the kind Secret.
   */
  objects(kind: ObjectKind, namespace: string, names: readonly string[]): Promise<ReadResult<readonly LiveObject[]>>
  /** The last lines that a container wrote. They may hold anything, secrets too. */
  log(it: LogOf): Promise<ReadResult<string>>
  /** Absent is proven by an empty SecretList. */
  release(namespace: string, name: string): Promise<ReadResult<ReleaseRecord>>
}

/** The version of an object a write was planned against; a write that finds another one is refused by the server. */
export type Guard = { readonly uid: string; readonly resourceVersion: string }

/** Every write throws a ProblemError; a stale guard is the problem `cluster/changed-meanwhile`. */
export interface ClusterWrites {
  createNamespace(name: string, labels: { readonly [name: string]: string }): Promise<void>
  /** Sets labels and leaves all others, in one patch that holds only for `guard`. */
  labelNamespace(name: string, guard: Guard, labels: { readonly [name: string]: string }): Promise<void>
  deleteNamespace(name: string, guard: Guard): Promise<void>
  /** Refused by the server when it exists already. Returns the guard of what was made, and who owns what in it. */
  createSecret(
    namespace: string,
    name: string,
    type: string,
    data: ReadonlyMap<string, Sealed>,
  ): Promise<Guard & Pick<LiveSecret, 'managedFields'>>
  /** Sets `set`, removes the keys `unset` and the annotations `unannotate`, in one patch that holds only for `guard`. */
  patchSecret(namespace: string, name: string, guard: Guard, edit: SecretEdit): Promise<Guard>
  deleteSecret(namespace: string, name: string, guard: Guard): Promise<void>
  /** Makes an object of any kind but Secret, refused when it exists already. */
  createObject(it: ObjectName, raw: RawObject): Promise<void>
  /** One patch that holds only for `guard`. */
  patchObject(it: ObjectName, guard: Guard, operations: readonly PatchOperation[]): Promise<void>
  deleteObject(it: ObjectName, guard: Guard): Promise<void>
  /** Marks Helm's record as failed (payload and label), so that an upgrade is accepted again. */
  markReleaseFailed(record: ReleaseRecord, description: string): Promise<void>
}

export type SecretEdit = {
  readonly set: ReadonlyMap<string, Sealed>
  readonly unset: readonly string[]
  readonly unannotate: readonly string[]
  /** The secret has no data at all yet: a patch has to make the map before it can set a key. */
  readonly dataIsMissing: boolean
}
