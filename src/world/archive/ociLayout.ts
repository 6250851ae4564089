import { posix } from 'node:path'
import type { ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ImageTar } from './imageTar.ts'
import type { ScannedFile } from './scan.ts'

const CONFIG_TYPES = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']
const MOST_IMAGES = 256
const DEEPEST = 3

type Descriptor = { readonly digest: string; readonly size: number; readonly mediaType: string; readonly annotations: Annotations }
type Annotations = { readonly [name: string]: unknown }
type Found = Omit<ArchivedImage, 'tag'>
type Map_ = { readonly [key: string]: unknown }

/**
 * The images of an OCI layout in a tar, as buildx, podman, skopeo, crane and docker since 25 write it: what `index.json`
 * names, the platforms of an index each by itself. Pure. Of an index, platforms whose content was left out are no
 * images; with `isPartial` nothing that is left out is missed. Throws a ProblemError for a tar that contradicts itself.
 */
export function ociLayoutImages(tar: ImageTar, isPartial = false): ArchivedImage[] {
  const name = 'index.json'
  const index = tar.json(tar.file(name))
  if (!isMap(index) || !Array.isArray(index.manifests)) throw tar.bad(name, 'It has no list of manifests.')
  return whatIsThere(descriptors(tar, name, index.manifests), isPartial, (one) => {
    const tag = tagOf(tar, one.annotations)
    return imagesOf(tar, one, 1).flatMap((image) => (tag === undefined ? [] : [{ tag, ...image }]))
  })
}

function imagesOf(tar: ImageTar, it: Descriptor, depth: number): Found[] {
  const { file, content } = manifest(tar, it)
  if (Array.isArray(content.manifests)) {
    if (depth === DEEPEST) throw tar.bad(file.name, 'It is an index within an index within an index.')
    return whatIsThere(descriptors(tar, file.name, content.manifests), true, (one) => imagesOf(tar, one, depth + 1))
  }
  if (!isMap(content.config) || !CONFIG_TYPES.includes(String(content.config.mediaType))) return [] // a chart, a signature
  return [image(tar, file, content, it.mediaType)]
}

function image(tar: ImageTar, { name, json = '' }: ScannedFile, manifest: Map_, mediaType: string): Found {
  const [config] = descriptors(tar, name, [manifest.config])
  const layers = descriptors(tar, name, Array.isArray(manifest.layers) ? manifest.layers : [undefined])
  const configFile = blobOf(tar, config as Descriptor)
  const read = tar.config(configFile)
  const files = layers.map((layer) => blobOf(tar, layer))
  tar.checkLayers(read, files, name)
  return {
    config: tar.blob(configFile, (config as Descriptor).mediaType),
    layers: files.map((file, i) => tar.blob(file, layers[i]?.mediaType ?? '')),
    platform: read.platform,
    content: read.content,
    manifest: { mediaType: typeof manifest.mediaType === 'string' ? manifest.mediaType : mediaType, text: json },
  }
}

/** What each gives; those that are not in the tar give nothing, unless that leaves nothing at all. */
function whatIsThere<T>(all: readonly Descriptor[], isPartial: boolean, read: (one: Descriptor) => T[]): T[] {
  const found: T[] = []
  let missing: ProblemError | undefined
  for (const one of all)
    try {
      found.push(...read(one))
    } catch (error) {
      if (!isPartial || !(error instanceof ProblemError) || error.problems[0]?.code !== 'archive/missing-entry') throw error
      missing ??= error
    }
  if (found.length === 0 && missing !== undefined) throw missing
  return found
}

function manifest(tar: ImageTar, it: Descriptor): { file: ScannedFile; content: Map_ } {
  const file = blobOf(tar, it)
  const content = tar.json(file)
  if (!isMap(content)) throw tar.bad(file.name, 'It is no manifest.')
  return { file, content }
}

function blobOf(tar: ImageTar, { digest, size }: Descriptor): ScannedFile {
  const file = tar.file(`blobs/${digest.replace(':', '/')}`)
  if (file.size !== size) throw tar.bad(file.name, `It has ${file.size} bytes; what names it says ${size}.`)
  return file
}

/** Attestations stand in an index as images of no platform. */
function descriptors(tar: ImageTar, name: string, all: readonly unknown[]): Descriptor[] {
  if (all.length > MOST_IMAGES) throw tar.bad(name, `It names more than ${MOST_IMAGES} images or layers.`)
  return all.flatMap((one) => {
    const { digest, size, mediaType } = isMap(one) ? one : {}
    if (!isMap(one) || typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || typeof size !== 'number')
      throw tar.bad(name, 'It names something without a sha256 digest and a size.')
    const annotations = isMap(one.annotations) ? one.annotations : {}
    if (annotations['vnd.docker.reference.type'] !== undefined) return []
    return [{ digest, size, mediaType: String(mediaType ?? ''), annotations }]
  })
}

/** Its full name; of a bare tag, as skopeo and podman write it, the tar's own name is the name. */
function tagOf({ path, tar }: ImageTar, annotations: Annotations): string | undefined {
  const full = annotations['io.containerd.image.name']
  if (typeof full === 'string') return full
  const ref = annotations['org.opencontainers.image.ref.name']
  if (typeof ref !== 'string' || /[:/]/.test(ref)) return typeof ref === 'string' ? ref : undefined
  const file = posix.basename(tar === '' ? path : tar).replace(/\.(tar|tgz|tar\.gz|tar\.zst)$/, '')
  return `${file.endsWith(`-${ref}`) ? file.slice(0, -ref.length - 1) : file}:${ref}`
}
