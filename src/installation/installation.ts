import type { Acceptance } from '../values/acceptance.ts'
import type { JsonPointer } from '../values/json.ts'
import type { Policy } from '../values/policy.ts'
import type { Position } from '../values/position.ts'
import type { Sealed } from '../values/sealed.ts'

/** Where a secret is read from; the file itself never contains one. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly string[]; readonly env: readonly string[] }

/** A secret of the installation and the pointer where it is declared. */
export type SecretInput = { readonly at: JsonPointer; readonly from: SecretReference }

/** Plain text, or a reference to a secret. */
export type PlainOrSecret = string | SecretInput

/** A bucket with every default filled in. Days count from an object's creation, or from when a version became noncurrent. */
export type Bucket = {
  /** The guide's role, `run-logs`: the key under `objectStorage.buckets`. An extra bucket has none. */
  readonly role?: string
  readonly name: string
  readonly versioning: 'enabled' | 'off'
  readonly expireAfterDays?: number
  readonly noncurrentDays?: number
}

export type Registry = {
  readonly host: string
  /** Absolute path of a PEM bundle. */
  readonly caFile?: string
  readonly plainHttp: boolean
  readonly username?: PlainOrSecret
  readonly password?: SecretInput
}

/** Host, with a port if there is one, and path: `registry.example.com/spacelift/backend`. */
export type Repository = { readonly host: string; readonly path: string }

export type Reader = 'shared' | 'server' | 'drain'

export type ChartSource =
  | { readonly path: string }
  | { readonly repo: string; readonly name: string; readonly version?: string }
  | { readonly oci: string; readonly version?: string }

/** The parsed `desired-state.yaml`: defaults filled in, paths absolute; no secret is opened and no server is contacted. */
export type Installation = {
  /** Absolute path of the file. */
  readonly path: string
  readonly version: string
  readonly serverDomain: string
  readonly kubernetes: {
    readonly context?: string
    readonly namespace: string
    readonly namespaceLabels: { readonly [name: string]: string }
  }
  readonly registries: readonly Registry[]
  readonly images: {
    readonly archive?: string
    readonly archiveSha256?: string
    /** `os/architecture`, default `linux/amd64`. */
    readonly platform: string
    readonly backend: Repository
    readonly launcher: Repository
  }
  readonly objectStorage: {
    /** The URL from this machine: `https://minio.example.com`. */
    readonly endpoint: string
    readonly caFile?: string
    readonly region: string
    readonly inCluster: { readonly endpoint: string; readonly tls: boolean; readonly allowInsecure: boolean }
    readonly uploadsUrl: string
    readonly admin: { readonly accessKey: SecretInput; readonly secretKey: SecretInput }
    readonly application: { readonly accessKey: SecretInput; readonly secretKey: SecretInput }
    /** The guide's eleven, then the extra ones. */
    readonly buckets: readonly Bucket[]
  }
  readonly database: { readonly url: SecretInput }
  readonly encryption: { readonly rsaPrivateKey: SecretInput; readonly publicKeySha256?: string }
  readonly license: { readonly token: SecretInput }
  readonly admin: { readonly username: PlainOrSecret; readonly password: SecretInput }
  readonly release: {
    readonly name: string
    readonly chart: ChartSource
    readonly timeoutSeconds: number
    /** The file's values (JSON), deep-merged over the guide's; arrays are replaced. */
    readonly values: { readonly [key: string]: unknown }
  }
  /** Additional variables per secret of the guide, plain or by reference. */
  readonly environment: { readonly [R in Reader]: { readonly [variable: string]: PlainOrSecret } }
  readonly watch: { readonly intervalSeconds: number; readonly policy: Policy }
  /** Differences that are accepted until a day. */
  readonly drift: { readonly accept: readonly Acceptance[] }
  /** The namespace of the lock's Lease. */
  readonly state: { readonly lockNamespace: string }
  /** The position of each key of the file; a key without one has the guide's default. The longest prefix wins. */
  readonly positions: ReadonlyMap<JsonPointer, Position>
}

/** One image in the release archive: its config's digest is its identity, and each layer is identified by the digest of its bytes. */
export type ArchivedImage = {
  readonly tag: string
  readonly config: ArchivedBlob
  readonly layers: readonly ArchivedBlob[]
  readonly platform: string
  /** Digest of what stays the same when a tool converts the image to another format: identifies the same image with another config. */
  readonly content: string
  /** The archive's own manifest, pushed unchanged because signatures refer to its digest. A docker-save tar has none. */
  readonly manifest?: { readonly mediaType: string; readonly text: string }
}

/** Bytes in the archive, in order of appearance; `digest` is `sha256:HEX` over exactly those bytes. */
export type ArchivedBlob = {
  readonly digest: string
  readonly size: number
  /** `application/vnd.oci.image.layer.v1.tar+gzip` or without `+gzip`; the config's own type for a config. */
  readonly mediaType: string
  /** Path of the inner image tar within the release archive (empty when the archive is an image tar itself), and the entry in it. */
  readonly tar: string
  readonly entry: string
  /** Where they start in the archive's file; absent when they cannot be read without unpacking. */
  readonly offset?: number
}

export type ArchiveIndex = { readonly path: string; readonly images: readonly ArchivedImage[] }

/** A chart from this machine or its repository; `digest` covers its content, so a version whose content changed differs. */
export type Chart = {
  readonly name: string
  readonly version: string
  readonly appVersion?: string
  readonly digest: string
  /** True for a folder, false for a package. */
  readonly isFolder: boolean
  /** True when the file does not declare its version. */
  readonly isUnpinned: boolean
  /** What is passed to helm: a directory, a .tgz, or an oci:// or repository reference. */
  readonly source: ChartSource
}

/** An installation with its secrets read on this machine: the input of every kind's `declare`. */
export type Resolved = {
  readonly installation: Installation
  /** The value of each {@link SecretInput} by its pointer, without one trailing newline. */
  readonly secrets: ReadonlyMap<JsonPointer, Sealed>
  readonly archive?: ArchiveIndex
  readonly chart: Chart
}
