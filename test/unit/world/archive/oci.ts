import { gzipSync, zstdCompressSync } from 'node:zlib'
import { digest, ociBlob, type TarEntry, type TestImage } from './build.ts'

export const OCI = 'application/vnd.oci.image'
const MANIFEST = `${OCI}.manifest.v1+json`
export const INDEX = `${OCI}.index.v1+json`
export const DOCKER = 'application/vnd.docker'

export type Descriptor = { mediaType: string; digest: string; size: number; annotations?: object; platform?: object }
type Pack = { readonly type: string; readonly pack: (layer: Buffer) => Buffer }
export const plain: Pack = { type: `${OCI}.layer.v1.tar`, pack: (layer) => layer }
export const gzip: Pack = { type: `${OCI}.layer.v1.tar+gzip`, pack: (layer) => gzipSync(layer) }
export const zstd: Pack = { type: `${OCI}.layer.v1.tar+zstd`, pack: (layer) => zstdCompressSync(layer) }
export const dockerGzip: Pack = { type: `${DOCKER}.image.rootfs.diff.tar.gzip`, pack: (layer) => gzipSync(layer) }

export const descriptor = (mediaType: string, blob: Buffer | string): Descriptor => ({
  mediaType,
  digest: digest(blob),
  size: Buffer.byteLength(blob),
})
export const blobs = (...all: readonly (Buffer | string)[]): TarEntry[] => all.map((blob) => [ociBlob(blob), blob])

/** Blobs and manifest of one image of an OCI layout. */
export function ociImage(image: TestImage, how: Pack = gzip, config = `${OCI}.config.v1+json`, mediaType = MANIFEST) {
  const layers = image.layers.map(how.pack)
  const text = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: descriptor(config, image.config),
    layers: layers.map((layer) => descriptor(how.type, layer)),
  })
  return { text, entries: blobs(image.config, ...layers, text), descriptor: descriptor(mediaType, text) }
}

/** An index of one platform and its attestation, as buildx makes it. */
export function attested(image: TestImage, how: Pack) {
  const built = ociImage(image, how)
  const statement = ociImage({ ...image, layers: [], config: '{"architecture":"unknown","os":"unknown","rootfs":{"diff_ids":[]}}' })
  const rows = [
    { ...built.descriptor, platform: { architecture: 'amd64', os: 'linux' } },
    {
      ...statement.descriptor,
      annotations: { 'vnd.docker.reference.digest': built.descriptor.digest, 'vnd.docker.reference.type': 'attestation-manifest' },
      platform: { architecture: 'unknown', os: 'unknown' },
    },
  ]
  const text = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: rows })
  return { entries: [...built.entries, ...statement.entries, ...blobs(text)], descriptor: descriptor(INDEX, text) }
}

/** `index.json` and `oci-layout` for descriptors with their annotations. */
export function layoutOf(rows: readonly (Descriptor & { annotations?: object })[], indent?: number): TarEntry[] {
  return [
    ['index.json', JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: rows }, null, indent)],
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
  ]
}
