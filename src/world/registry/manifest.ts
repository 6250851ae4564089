import { createHash } from 'node:crypto'
import type { ArchivedBlob, ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'

/** Always all four types: registries convert a manifest to an accepted type, which changes its digest. */
export const ACCEPT = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST].join(', ')

export type Manifest =
  | { readonly is: 'image'; readonly mediaType: string; readonly configDigest: string }
  | { readonly is: 'index'; readonly mediaType: string; readonly children: readonly PlatformImage[] }
  | { readonly is: 'unreadable'; readonly detail: string }

/** An image of an index; `platform` is `os/architecture`. */
export type PlatformImage = { readonly digest: string; readonly platform: string }

/** The type is read from the content, which the digest covers; from the header only when the content does not name it. */
export function readManifest(body: Buffer, contentType: string | undefined): Manifest {
  const content = parseJson(body)
  if (!isMap(content)) return { is: 'unreadable', detail: 'The content is not a JSON object.' }
  const mediaType = typeof content.mediaType === 'string' ? content.mediaType : (contentType?.split(';')[0]?.trim() ?? '')
  if (Array.isArray(content.manifests)) return { is: 'index', mediaType, children: content.manifests.flatMap(platformImages) }
  const digest = isMap(content.config) ? content.config.digest : undefined
  if (isDigest(digest)) return { is: 'image', mediaType, configDigest: digest }
  return { is: 'unreadable', detail: `It has no config (schemaVersion ${content.schemaVersion === 1 ? 1 : 'unknown'}).` }
}

/** Attestations and similar entries have the platform unknown/unknown in an index. */
function platformImages(descriptor: unknown): PlatformImage[] {
  if (!isMap(descriptor) || !isDigest(descriptor.digest) || !isMap(descriptor.platform)) return []
  const platform = `${descriptor.platform.os}/${descriptor.platform.architecture}`
  return platform === 'unknown/unknown' ? [] : [{ digest: descriptor.digest, platform }]
}

/**
 * The manifest of an archived image: the archive's own, else one in OCI format. The same image results in the same bytes, so
 * a second push changes nothing.
 */
export function manifestOf({ config, layers, manifest }: ArchivedImage): {
  readonly bytes: Buffer
  readonly digest: string
  readonly mediaType: string
} {
  const descriptor = ({ mediaType, digest, size }: ArchivedBlob) => ({ mediaType, digest, size })
  const generated = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor(config), layers: layers.map(descriptor) }
  const bytes = Buffer.from(manifest?.text ?? JSON.stringify(generated))
  return { bytes, digest: digestOf(bytes), mediaType: manifest?.mediaType ?? OCI_MANIFEST }
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9]+:[0-9a-f]{32,}$/.test(value)
}

/** The parsed JSON, or undefined. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
