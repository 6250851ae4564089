import type { ReadResult } from '../../values/readResult.ts'

/** A coordination.k8s.io/v1 Lease as the lock uses it. Times are RFC 3339 with microseconds. */
export type Lease = {
  /** Id of the holding run; '' when it is free. */
  readonly holder: string
  readonly acquireTime: string
  readonly renewTime: string
  readonly durationSeconds: number
  readonly transitions: number
  /** Details of the holder as JSON, in the annotation `groundcrew.dev/holder`. */
  readonly info: string
}

export type LiveLease = Lease & { readonly resourceVersion: string }

/** Writes throw a ProblemError for any outcome that is not in their return type. */
export interface Leases {
  get(namespace: string, name: string): Promise<ReadResult<LiveLease>>
  create(namespace: string, name: string, lease: Lease): Promise<LiveLease | 'exists'>
  /** Returns 'conflict' when the Lease is no longer at `resourceVersion`. */
  replace(namespace: string, name: string, lease: Lease, resourceVersion: string): Promise<LiveLease | 'conflict'>
  /** Creates the namespace when it is missing. */
  ensureNamespace(namespace: string): Promise<void>
}
