import type { ReadResult } from '../../values/readResult.ts'

/** A coordination.k8s.io/v1 Lease as the lock uses it. Times are RFC 3339 with microseconds. */
export type Lease = {
  /** Id of the holding run; '' when nobody holds it. */
  readonly holder: string
  readonly acquireTime: string
  readonly renewTime: string
  readonly durationSeconds: number
  readonly transitions: number
  /** Who holds it, as JSON, in the annotation `groundcrew.dev/holder`. */
  readonly info: string
}

export type LiveLease = Lease & { readonly resourceVersion: string }

/** Writes throw a ProblemError for all but the outcomes they name. */
export interface Leases {
  get(namespace: string, name: string): Promise<ReadResult<LiveLease>>
  create(namespace: string, name: string, lease: Lease): Promise<LiveLease | 'exists'>
  /** Refused as 'conflict' when the Lease is no longer at `resourceVersion`. */
  replace(namespace: string, name: string, lease: Lease, resourceVersion: string): Promise<LiveLease | 'conflict'>
  /** Makes the namespace when it is missing. */
  ensureNamespace(namespace: string): Promise<void>
}
