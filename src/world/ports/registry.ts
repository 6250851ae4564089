import type { ArchivedImage, Repository } from '../../installation/installation.ts'
import type { ReadResult } from '../../values/readResult.ts'

export type LiveImage = {
  /** Digest of the manifest as the registry serves it; of an index when the tag is one. */
  readonly manifestDigest: string
  /** Digest of the image's own manifest: of an index, the one for the installation's platform, if it has it. */
  readonly imageDigest?: string
  readonly mediaType: string
  /**
   * Digest of the config blob: the image's identity, whatever the layers' compression. Of an index, the one for the
   * installation's platform; `none for linux/amd64` where it has none.
   */
  readonly configDigest: string
}

export interface RegistryReads {
  /** By tag or by a manifest's digest. Absent by MANIFEST_UNKNOWN or NAME_UNKNOWN only. */
  image(repository: Repository, reference: string): Promise<ReadResult<LiveImage>>
  /**
   * What stays the same of an image when a tool rewrites it from docker's form to OCI's, by its config's digest; equal to
   * `content` of an archived image. Absent when the registry has no such blob, or it is no image's config.
   */
  content(repository: Repository, configDigest: string): Promise<ReadResult<string>>
}

export type PushProgress = {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly blobsPresent: number
  readonly blobs: number
  /** Of the last seconds; both are absent while too little is known. */
  readonly bytesPerSecond?: number
  readonly secondsLeft?: number
}

export interface RegistryWrites {
  /**
   * Sends the blobs that are missing, straight from the archive (digest-verified, memory flat), then the manifest:
   * the tag moves only after everything it names is there. Failures that may pass are tried again. Throws a ProblemError.
   */
  push(image: PushImage): Promise<LiveImage>
  /** Removes the tag's manifest where the registry allows deletes. */
  remove(repository: Repository, manifestDigest: string): Promise<void>
}

export type PushImage = {
  readonly repository: Repository
  readonly tag: string
  /** Paths of repositories of the same host that may have the same blobs. */
  readonly siblings?: readonly string[]
  readonly archive: string
  readonly image: ArchivedImage
  readonly signal: AbortSignal
  /** Awaited before every write: throws when this process may no longer write. */
  readonly beforeWrite: () => Promise<void>
  readonly onProgress: (progress: PushProgress) => void
}
