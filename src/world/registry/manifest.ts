import { createHash } from 'node:crypto'
import type { ArchivedBlob, ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'

const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'

/** All four, always: asked for less, registries convert what they have, and its digest with it. */
export const ACCEPT = [OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_LIST].join(', ')

export type Manifest =
  | { readonly is: 'image'; readonly mediaType: string; readonly configDigest: string }
  | { readonly is: 'index'; readonly mediaType: string; readonly children: readonly Child[] }
  | { readonly is: 'unreadable'; readonly detail: string }

/** An image of an index; `platform` is `os/architecture`. */
export type Child = { readonly digest: string; readonly platform: string }

/** Told by its content, which the digest covers; the header only where the content is silent. */
export function readManifest(body: Buffer, contentType: string | undefined): Manifest {
  const content = parse(body)
  if (!isMap(content)) return { is: 'unreadable', detail: 'It is not JSON.' }
  const mediaType = typeof content.mediaType === 'string' ? content.mediaType : (contentType?.split(';')[0]?.trim() ?? '')
  if (Array.isArray(content.manifests)) return { is: 'index', mediaType, children: content.manifests.flatMap(child) }
  const digest = isMap(content.config) ? content.config.digest : undefined
  if (isDigest(digest)) return { is: 'image', mediaType, configDigest: digest }
  return { is: 'unreadable', detail: `It names no config (schemaVersion ${content.schemaVersion === 1 ? 1 : 'unknown'}).` }
}

/** Attestations and the like stand in an index as unknown/unknown. */
function child(it: unknown): Child[] {
  if (!isMap(it) || !isDigest(it.digest) || !isMap(it.platform)) return []
  const platform = `${it.platform.os}/${it.platform.architecture}`
  return platform === 'unknown/unknown' ? [] : [{ digest: it.digest, platform }]
}

/**
 * The manifest of an archived image: the archive's own, else one in OCI's form. The same image gives the same bytes, so a
 * second push changes nothing.
 */
export function manifestOf({ config, layers, manifest }: ArchivedImage): {
  readonly bytes: Buffer
  readonly digest: string
  readonly mediaType: string
} {
  const descriptor = ({ mediaType, digest, size }: ArchivedBlob) => ({ mediaType, digest, size })
  const own = { schemaVersion: 2, mediaType: OCI_MANIFEST, config: descriptor(config), layers: layers.map(descriptor) }
  const bytes = Buffer.from(manifest?.text ?? JSON.stringify(own))
  return { bytes, digest: digestOf(bytes), mediaType: manifest?.mediaType ?? OCI_MANIFEST }
}

export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function isDigest(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9]+:[0-9a-f]{32,}$/.test(value)
}

/** JSON, or undefined. */
export function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}
