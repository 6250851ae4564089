import { posix } from 'node:path'
import type { ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { ProblemError } from '../../values/problem.ts'
import type { ImageTar } from './imageTar.ts'
import type { ScannedFile } from './scan.ts'

const CONFIG_TYPES = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']
const MAX_IMAGES = 256
const MAX_DEPTH = 3

type Descriptor = { readonly digest: string; readonly size: number; readonly mediaType: string; readonly annotations: Annotations }
type Annotations = { readonly [name: string]: unknown }
type UntaggedImage = Omit<ArchivedImage, 'tag'>
type JsonMap = { readonly [key: string]: unknown }

/**
 * The images of an OCI layout in a tar, as buildx, podman, skopeo, crane and docker since 25 write it: the images that
 * `index.json` names, one per platform. Platforms of an index whose content is not in the tar are left out; with `isPartial`
 * any missing content is accepted. Pure. Throws a ProblemError for an inconsistent tar.
 */
export function ociLayoutImages(tar: ImageTar, isPartial = false): ArchivedImage[] {
  const name = 'index.json'
  const index = tar.json(tar.file(name))
  if (!isMap(index) || !Array.isArray(index.manifests)) throw tar.invalid(name, 'The list of manifests is missing.')
  return readAvailable(descriptorsOf(tar, name, index.manifests), isPartial, (descriptor) => {
    const tag = tagOf(tar, descriptor.annotations)
    return imagesOf(tar, descriptor, 1).flatMap((image) => (tag === undefined ? [] : [{ tag, ...image }]))
  })
}

function imagesOf(tar: ImageTar, descriptor: Descriptor, depth: number): UntaggedImage[] {
  const { file, content } = manifestOf(tar, descriptor)
  if (Array.isArray(content.manifests)) {
    if (depth === MAX_DEPTH) throw tar.invalid(file.name, 'Indexes are nested too deeply.')
    return readAvailable(descriptorsOf(tar, file.name, content.manifests), true, (child) => imagesOf(tar, child, depth + 1))
  }
  if (!isMap(content.config) || !CONFIG_TYPES.includes(String(content.config.mediaType))) return [] // a chart, a signature
  return [imageOf(tar, file, content, descriptor.mediaType)]
}

function imageOf(tar: ImageTar, { name, json = '' }: ScannedFile, manifest: JsonMap, mediaType: string): UntaggedImage {
  const [config] = descriptorsOf(tar, name, [manifest.config])
  const layers = descriptorsOf(tar, name, Array.isArray(manifest.layers) ? manifest.layers : [undefined])
  const configFile = blobOf(tar, config as Descriptor)
  const parsedConfig = tar.config(configFile)
  const files = layers.map((layer) => blobOf(tar, layer))
  tar.checkLayers(parsedConfig, files, name)
  return {
    config: tar.blob(configFile, (config as Descriptor).mediaType),
    layers: files.map((file, i) => tar.blob(file, layers[i]?.mediaType ?? '')),
    platform: parsedConfig.platform,
    content: parsedConfig.content,
    manifest: { mediaType: typeof manifest.mediaType === 'string' ? manifest.mediaType : mediaType, text: json },
  }
}

/** The results of all descriptors; one whose content is missing has none, and is an error only if there is no result at all. */
function readAvailable<T>(descriptors: readonly Descriptor[], isPartial: boolean, read: (descriptor: Descriptor) => T[]): T[] {
  const results: T[] = []
  let missing: ProblemError | undefined
  for (const descriptor of descriptors)
    try {
      results.push(...read(descriptor))
    } catch (error) {
      if (!isPartial || !(error instanceof ProblemError) || error.problems[0]?.code !== 'archive/missing-entry') throw error
      missing ??= error
    }
  if (results.length === 0 && missing !== undefined) throw missing
  return results
}

function manifestOf(tar: ImageTar, descriptor: Descriptor): { file: ScannedFile; content: JsonMap } {
  const file = blobOf(tar, descriptor)
  const content = tar.json(file)
  if (!isMap(content)) throw tar.invalid(file.name, 'The content is not a manifest.')
  return { file, content }
}

function blobOf(tar: ImageTar, { digest, size }: Descriptor): ScannedFile {
  const file = tar.file(`blobs/${digest.replace(':', '/')}`)
  if (file.size !== size) throw tar.invalid(file.name, `The file has ${file.size} bytes, its descriptor says ${size}.`)
  return file
}

/** Attestations are left out: an index lists them as images without a platform. */
function descriptorsOf(tar: ImageTar, name: string, values: readonly unknown[]): Descriptor[] {
  if (values.length > MAX_IMAGES) throw tar.invalid(name, `The list has more than ${MAX_IMAGES} images or layers.`)
  return values.flatMap((value) => {
    const { digest, size, mediaType } = isMap(value) ? value : {}
    if (!isMap(value) || typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest) || typeof size !== 'number')
      throw tar.invalid(name, 'A descriptor has no sha256 digest or no size.')
    const annotations = isMap(value.annotations) ? value.annotations : {}
    if (annotations['vnd.docker.reference.type'] !== undefined) return []
    return [{ digest, size, mediaType: String(mediaType ?? ''), annotations }]
  })
}

/** The full name of the image; for a bare tag, as skopeo and podman write it, with the name of the tar. */
function tagOf({ path, tar }: ImageTar, annotations: Annotations): string | undefined {
  const full = annotations['io.containerd.image.name']
  if (typeof full === 'string') return full
  const ref = annotations['org.opencontainers.image.ref.name']
  if (typeof ref !== 'string' || /[:/]/.test(ref)) return typeof ref === 'string' ? ref : undefined
  const file = posix.basename(tar === '' ? path : tar).replace(/\.(tar|tgz|tar\.gz|tar\.zst)$/, '')
  return `${file.endsWith(`-${ref}`) ? file.slice(0, -ref.length - 1) : file}:${ref}`
}
