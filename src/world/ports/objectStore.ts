import type { ReadResult } from '../../values/readResult.ts'

/** One lifecycle rule, normalized: the server has four spellings of "all objects" and omits booleans. */
export type LifecycleRule = {
  readonly id: string
  readonly enabled: boolean
  readonly filter: {
    readonly prefix: string
    readonly tags: { readonly [key: string]: string }
    readonly sizeGreaterThan?: number
    readonly sizeLessThan?: number
  }
  readonly expiration?: {
    readonly days?: number
    readonly date?: string
    readonly expiredObjectDeleteMarker?: boolean
    readonly expiredObjectAllVersions?: boolean
  }
  readonly noncurrentExpiration?: { readonly days?: number; readonly newerVersions?: number }
  readonly transition?: { readonly days?: number; readonly date?: string; readonly storageClass: string }
  readonly noncurrentTransition?: { readonly days?: number; readonly storageClass: string }
  readonly delMarkerExpiration?: { readonly days: number }
  /** Elements that this version does not know, as JSON text: they are shown as differences, and no write repeats them. */
  readonly other?: { readonly [element: string]: string }
}

export type LiveBucket = {
  readonly versioning: {
    readonly status: 'enabled' | 'suspended' | 'never-set'
    readonly excludedPrefixes: readonly string[]
    readonly excludeFolders: boolean
  }
  readonly rules: readonly LifecycleRule[]
  /** The policy document as canonical JSON text; undefined when there is none. */
  readonly policy?: string
}

/** Settings of a bucket that are reported and never changed. */
export type UnmanagedSettings = {
  readonly objectLock: boolean
  /** ARNs of the targets of enabled rules: the data leaves the bucket through them. */
  readonly replicationTargets: readonly string[]
  /** ARNs of the receivers of the bucket's event notifications. */
  readonly notificationTargets: readonly string[]
  /** Bytes; 0: no limit. */
  readonly quotaBytes: number
}

export interface ObjectStoreReads {
  /** The deployment id from the admin API; absent where the user lacks admin:ServerInfo (the endpoint is then used instead). */
  identity(): Promise<ReadResult<string>>
  bucket(name: string): Promise<ReadResult<LiveBucket>>
  unmanagedSettings(name: string): Promise<ReadResult<UnmanagedSettings>>
  /** True when it holds no object, no version and no delete marker. */
  isEmpty(name: string): Promise<ReadResult<boolean>>
}

/** Every write throws a ProblemError. MinIO has no resource versions: callers read again just before they write. */
export interface ObjectStoreWrites {
  createBucket(name: string): Promise<void>
  setVersioning(name: string, desired: LiveBucket['versioning'] & { readonly status: 'enabled' | 'suspended' }): Promise<void>
  /** Replaces all rules; an empty list removes the configuration. */
  setLifecycle(name: string, rules: readonly LifecycleRule[]): Promise<void>
  removePolicy(name: string): Promise<void>
  /** The server refuses it when the bucket is not empty. */
  removeBucket(name: string): Promise<void>
}
