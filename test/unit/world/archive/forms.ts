import { digest, hex, ociBlob, type TarEntry, type TestImage, tar } from './build.ts'
import { configFile, containerdName, refName, repositories, rows, tagOf, unique, v1Folders, v1Layers } from './formEntries.ts'
import { attested, DOCKER, dockerGzip, gzip, layoutOf, ociImage, plain, zstd } from './oci.ts'

/** A format in which a tool saves images into one tar. */
export type Form = {
  readonly name: string
  write(...images: readonly TestImage[]): Promise<Buffer>
  /** What names the image's manifest, where the format keeps one. */
  readonly hasManifest?: true
}

/** Every format as its tool documents it; the output of the real tools is tested where they are installed. */
export const forms: readonly Form[] = [
  {
    name: 'docker save, 1.10 to 24',
    write: (...images) =>
      tar([
        ...v1Folders(images),
        ...images.map(configFile),
        rows(images, (image) => `${hex(image.config)}.json`, v1Layers),
        repositories(images),
      ]),
  },
  {
    name: 'docker save, 1.10 to 24, layers that images share as symbolic links',
    write: (...images) => {
      const shared: TarEntry[] = images.flatMap((image) => image.layers.map((layer): TarEntry => [`shared/${hex(layer)}.tar`, layer]))
      const folders = v1Folders(images, (layer) => `../shared/${hex(layer)}.tar`)
      return tar([
        ...folders,
        ...unique(shared),
        ...images.map(configFile),
        rows(images, (image) => `${hex(image.config)}.json`, v1Layers),
        repositories(images),
      ])
    },
  },
  {
    name: 'docker save, 1.10 to 24, unpacked and packed again with hard links',
    write: (...images) => {
      const layers = images.flatMap((image) => image.layers.map((layer): TarEntry => [`first/${hex(layer)}`, layer]))
      const links = images.flatMap((image) =>
        image.layers.map((layer, i): TarEntry => [v1Layers(image)[i] ?? '', 'link', `./first/${hex(layer)}`]),
      )
      return tar([...unique(layers), ...links, ...images.map(configFile), rows(images, (image) => `${hex(image.config)}.json`, v1Layers)])
    },
  },
  {
    name: 'docker save since 25',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({ image, ...ociImage(image, plain) }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: containerdName(image) }))),
        rows(
          images,
          (image) => ociBlob(image.config),
          (image) => image.layers.map(ociBlob),
        ),
        repositories(images),
      ])
    },
  },
  {
    name: 'docker save since 25 from the containerd store',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({ image, ...attested(image, gzip) }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: containerdName(image) }))),
        rows(
          images,
          (image) => ociBlob(image.config),
          (image) => image.layers.map((layer) => ociBlob(gzip.pack(layer))),
        ),
      ])
    },
  },
  {
    name: 'skopeo docker-archive, podman save',
    write: (...images) => {
      const layers = images.flatMap((image) => image.layers.map((layer): TarEntry => [`${hex(layer)}.tar`, layer]))
      const folders = v1Folders(images, (layer) => `../${hex(layer)}.tar`)
      return tar([
        ...unique(layers),
        ...images.map(configFile),
        ...folders,
        rows(
          images,
          (image) => `${hex(image.config)}.json`,
          (image) => image.layers.map((layer) => `${hex(layer)}.tar`),
        ),
        repositories(images),
      ])
    },
  },
  {
    name: 'skopeo oci-archive, podman save --format oci-archive',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({ image, ...ociImage(image) }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: refName(tagOf(image)) }))),
      ])
    },
  },
  {
    name: 'buildx type=oci with attestations',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({ image, ...attested(image, gzip) }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: containerdName(image) }))),
      ])
    },
  },
  {
    name: 'buildx type=oci,compression=zstd',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({ image, ...ociImage(image, zstd) }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: containerdName(image) }))),
      ])
    },
  },
  {
    name: 'buildx type=docker',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({
        image,
        ...ociImage(image, dockerGzip, `${DOCKER}.container.image.v1+json`, `${DOCKER}.distribution.manifest.v2+json`),
      }))
      return tar([
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(built.map(({ image, descriptor }) => ({ ...descriptor, annotations: containerdName(image) }))),
        rows(
          images,
          (image) => ociBlob(image.config),
          (image) => image.layers.map((layer) => ociBlob(gzip.pack(layer))),
        ),
      ])
    },
  },
  {
    name: 'crane pull',
    write: (...images) =>
      tar([
        ...images.map((image): TarEntry => [digest(image.config), image.config]),
        ...unique(images.flatMap((image) => image.layers.map(gzip.pack).map((layer): TarEntry => [`${hex(layer)}.tar.gz`, layer]))),
        rows(images, ({ config }) => digest(config), ({ layers }) => layers.map((layer) => `${hex(gzip.pack(layer))}.tar.gz`)), // biome-ignore format: image row
      ]),
  },
  {
    name: 'crane pull --format=oci --annotate-ref, packed with tar',
    hasManifest: true,
    write: (...images) => {
      const built = images.map((image) => ({
        image,
        ...ociImage(image, dockerGzip, `${DOCKER}.container.image.v1+json`, `${DOCKER}.distribution.manifest.v2+json`),
      }))
      const all = [
        ...unique(built.flatMap(({ entries }) => entries)),
        ...layoutOf(
          built.map(({ image, descriptor }) => ({ ...descriptor, annotations: refName(`host:5000/${tagOf(image)}`) })),
          3,
        ),
      ]
      return tar(all.map(([name, ...rest]) => [`./${name}`, ...rest] as unknown as TarEntry))
    },
  },
]
