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
  /** By tag or by a manifest's digest. Absent only by MANIFEST_UNKNOWN or NAME_UNKNOWN. */
  image(repository: Repository, reference: string): Promise<ReadResult<LiveImage>>
  /**
   * The digest of an image's content, by its config's digest: it stays the same when a tool converts the image from docker's
   * format to OCI's, and equals `content` of an archived image. Absent when the registry has no such blob, or the blob is not
   * the config of an image.
   */
  content(repository: Repository, configDigest: string): Promise<ReadResult<string>>
}

export type PushProgress = {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly blobsPresent: number
  readonly blobs: number
  /** Average over the last seconds; both are absent until enough has been measured. */
  readonly bytesPerSecond?: number
  readonly secondsLeft?: number
}

export interface RegistryWrites {
  /**
   * Sends the missing blobs straight from the archive (digest verified, constant memory), then the manifest: the tag moves
   * only after everything it refers to exists. Retries transient failures. Throws a ProblemError.
   */
  push(image: ImagePush): Promise<LiveImage>
  /** Deletes the tag's manifest, where the registry allows it. */
  remove(repository: Repository, manifestDigest: string): Promise<void>
}

export type ImagePush = {
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
