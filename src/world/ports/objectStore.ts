import type { ReadResult } from '../../values/readResult.ts'

/** One lifecycle rule with the server's four spellings of "all objects" and its omitted booleans brought to one form. */
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
  /** Elements this version does not know, as JSON text: they show as differences, and no write repeats them. */
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

/** What surrounds a bucket and is told, never changed. */
export type WatchedBucket = {
  readonly objectLock: boolean
  /** ARNs of the targets of rules that are on: ways out for the data. */
  readonly replicatesTo: readonly string[]
  /** ARNs of who is told of what happens in it. */
  readonly notifies: readonly string[]
  /** Bytes; 0: no limit. */
  readonly quotaBytes: number
}

export interface ObjectStoreReads {
  /** The deployment id from the admin API; absent where the user lacks admin:ServerInfo (then the endpoint has to do). */
  identity(): Promise<ReadResult<string>>
  bucket(name: string): Promise<ReadResult<LiveBucket>>
  watched(name: string): Promise<ReadResult<WatchedBucket>>
  /** No object, no version, no delete marker. */
  isEmpty(name: string): Promise<ReadResult<boolean>>
}

/** Every write throws a ProblemError. MinIO has no resource versions: callers read again just before they write. */
export interface ObjectStoreWrites {
  createBucket(name: string): Promise<void>
  setVersioning(name: string, wanted: LiveBucket['versioning'] & { readonly status: 'enabled' | 'suspended' }): Promise<void>
  /** Replaces all rules; none at all removes the configuration. */
  setLifecycle(name: string, rules: readonly LifecycleRule[]): Promise<void>
  removePolicy(name: string): Promise<void>
  /** Refused by the server when it is not empty. */
  removeBucket(name: string): Promise<void>
}
