import { digest, hex, type MadeImage, manifest, ociBlob, type TarEntry, tar } from './build.ts'
import { attested, DOCKER, dockerGzip, gzip, layoutOf, ociImage, plain, zstd } from './oci.ts'

/** A way in which a tool saves images into one tar. */
export type Form = {
  readonly name: string
  write(...images: readonly MadeImage[]): Promise<Buffer>
  /** What names the image's manifest, where the form keeps one. */
  readonly hasManifest?: true
}

const tagOf = ({ tags }: MadeImage): string => tags[0] ?? ''
const bare = (image: MadeImage): string => tagOf(image).split(':').at(-1) ?? ''
const unique = (entries: readonly TarEntry[]): TarEntry[] => [...new Map(entries.map((entry) => [entry[0], entry])).values()]

const containerdName = (image: MadeImage) => ({
  'io.containerd.image.name': `docker.io/library/${tagOf(image)}`,
  'org.opencontainers.image.ref.name': bare(image),
})
const refName = (name: string) => ({ 'org.opencontainers.image.ref.name': name })
const repositories = (images: readonly MadeImage[]): TarEntry => [
  'repositories',
  JSON.stringify(Object.fromEntries(images.map((one) => [tagOf(one).split(':')[0], { [bare(one)]: hex(one.layers.at(-1) ?? '') }]))),
]

/** One folder per layer with its v1 metadata; `link` says where a layer's bytes are when not in the folder. */
function v1Folders(images: readonly MadeImage[], link?: (layer: Buffer) => TarEntry[1 | 2]): TarEntry[] {
  return images.flatMap((image) =>
    image.layers.flatMap((layer, i): TarEntry[] => {
      const id = hex(`${tagOf(image)} ${i}`)
      const content: TarEntry = link ? [`${id}/layer.tar`, 'symlink', String(link(layer))] : [`${id}/layer.tar`, layer]
      return [[`${id}/VERSION`, '1.0'], [`${id}/json`, JSON.stringify({ id })], content]
    }),
  )
}

const v1Layers = (image: MadeImage): string[] => image.layers.map((_, i) => `${hex(`${tagOf(image)} ${i}`)}/layer.tar`)
const rows = (images: readonly MadeImage[], Config: (image: MadeImage) => string, Layers: (image: MadeImage) => string[]): TarEntry =>
  manifest(images.map((one) => ({ Config: Config(one), RepoTags: one.tags, Layers: Layers(one) })))
const configFile = ({ config }: MadeImage): TarEntry => [`${hex(config)}.json`, config]

/** Every form byte for byte as its tool's documentation has it; the real tools' own are made where they are installed. */
export const forms: readonly Form[] = [
  {
    name: 'docker save, 1.10 to 24',
    write: (...images) =>
      tar([
        ...v1Folders(images),
        ...images.map(configFile),
        rows(images, (one) => `${hex(one.config)}.json`, v1Layers),
        repositories(images),
      ]),
  },
  {
    name: 'docker save, 1.10 to 24, layers that images share as symbolic links',
    write: (...images) => {
      const shared: TarEntry[] = images.flatMap((one) => one.layers.map((layer): TarEntry => [`shared/${hex(layer)}.tar`, layer]))
      const folders = v1Folders(images, (layer) => `../shared/${hex(layer)}.tar`)
      return tar([
        ...folders,
        ...unique(shared),
        ...images.map(configFile),
        rows(images, (one) => `${hex(one.config)}.json`, v1Layers),
        repositories(images),
      ])
    },
  },
  {
    name: 'docker save, 1.10 to 24, unpacked and packed again with hard links',
    write: (...images) => {
      const layers = images.flatMap((one) => one.layers.map((layer): TarEntry => [`first/${hex(layer)}`, layer]))
      const links = images.flatMap((one) =>
        one.layers.map((layer, i): TarEntry => [v1Layers(one)[i] ?? '', 'link', `./first/${hex(layer)}`]),
      )
      return tar([...unique(layers), ...links, ...images.map(configFile), rows(images, (one) => `${hex(one.config)}.json`, v1Layers)])
    },
  },
  {
    name: 'docker save since 25',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({ one, ...ociImage(one, plain) }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: containerdName(one) }))),
        rows(
          images,
          (one) => ociBlob(one.config),
          (one) => one.layers.map(ociBlob),
        ),
        repositories(images),
      ])
    },
  },
  {
    name: 'docker save since 25 from the containerd store',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({ one, ...attested(one, gzip) }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: containerdName(one) }))),
        rows(
          images,
          (one) => ociBlob(one.config),
          (one) => one.layers.map((layer) => ociBlob(gzip.pack(layer))),
        ),
      ])
    },
  },
  {
    name: 'skopeo docker-archive, podman save',
    write: (...images) => {
      const layers = images.flatMap((one) => one.layers.map((layer): TarEntry => [`${hex(layer)}.tar`, layer]))
      const folders = v1Folders(images, (layer) => `../${hex(layer)}.tar`)
      return tar([
        ...unique(layers),
        ...images.map(configFile),
        ...folders,
        rows(
          images,
          (one) => `${hex(one.config)}.json`,
          (one) => one.layers.map((layer) => `${hex(layer)}.tar`),
        ),
        repositories(images),
      ])
    },
  },
  {
    name: 'skopeo oci-archive, podman save --format oci-archive',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({ one, ...ociImage(one) }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: refName(tagOf(one)) }))),
      ])
    },
  },
  {
    name: 'buildx type=oci with attestations',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({ one, ...attested(one, gzip) }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: containerdName(one) }))),
      ])
    },
  },
  {
    name: 'buildx type=oci,compression=zstd',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({ one, ...ociImage(one, zstd) }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: containerdName(one) }))),
      ])
    },
  },
  {
    name: 'buildx type=docker',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({
        one,
        ...ociImage(one, dockerGzip, `${DOCKER}.container.image.v1+json`, `${DOCKER}.distribution.manifest.v2+json`),
      }))
      return tar([
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(made.map(({ one, descriptor }) => ({ ...descriptor, annotations: containerdName(one) }))),
        rows(
          images,
          (one) => ociBlob(one.config),
          (one) => one.layers.map((layer) => ociBlob(gzip.pack(layer))),
        ),
      ])
    },
  },
  {
    name: 'crane pull',
    write: (...images) =>
      tar([
        ...images.map((one): TarEntry => [digest(one.config), one.config]),
        ...unique(images.flatMap((one) => one.layers.map(gzip.pack).map((layer): TarEntry => [`${hex(layer)}.tar.gz`, layer]))),
        rows(images, ({ config }) => digest(config), ({ layers }) => layers.map((layer) => `${hex(gzip.pack(layer))}.tar.gz`)), // biome-ignore format: one row
      ]),
  },
  {
    name: 'crane pull --format=oci --annotate-ref, packed with tar',
    hasManifest: true,
    write: (...images) => {
      const made = images.map((one) => ({
        one,
        ...ociImage(one, dockerGzip, `${DOCKER}.container.image.v1+json`, `${DOCKER}.distribution.manifest.v2+json`),
      }))
      const all = [
        ...unique(made.flatMap(({ entries }) => entries)),
        ...layoutOf(
          made.map(({ one, descriptor }) => ({ ...descriptor, annotations: refName(`host:5000/${tagOf(one)}`) })),
          3,
        ),
      ]
      return tar(all.map(([name, ...rest]) => [`./${name}`, ...rest] as unknown as TarEntry))
    },
  },
]
