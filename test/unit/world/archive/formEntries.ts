import { hex, manifest, type TarEntry, type TestImage } from './build.ts'

export const tagOf = ({ tags }: TestImage): string => tags[0] ?? ''
export const bare = (image: TestImage): string => tagOf(image).split(':').at(-1) ?? ''
export const unique = (entries: readonly TarEntry[]): TarEntry[] => [...new Map(entries.map((entry) => [entry[0], entry])).values()]

export const containerdName = (image: TestImage) => ({
  'io.containerd.image.name': `docker.io/library/${tagOf(image)}`,
  'org.opencontainers.image.ref.name': bare(image),
})
export const refName = (name: string) => ({ 'org.opencontainers.image.ref.name': name })
export const repositories = (images: readonly TestImage[]): TarEntry => [
  'repositories',
  JSON.stringify(
    Object.fromEntries(images.map((image) => [tagOf(image).split(':')[0], { [bare(image)]: hex(image.layers.at(-1) ?? '') }])),
  ),
]

/** One folder per layer with its v1 metadata; `link` says where a layer's bytes are when not in the folder. */
export function v1Folders(images: readonly TestImage[], link?: (layer: Buffer) => TarEntry[1 | 2]): TarEntry[] {
  return images.flatMap((image) =>
    image.layers.flatMap((layer, i): TarEntry[] => {
      const id = hex(`${tagOf(image)} ${i}`)
      const content: TarEntry = link ? [`${id}/layer.tar`, 'symlink', String(link(layer))] : [`${id}/layer.tar`, layer]
      return [[`${id}/VERSION`, '1.0'], [`${id}/json`, JSON.stringify({ id })], content]
    }),
  )
}

export const v1Layers = (image: TestImage): string[] => image.layers.map((_, i) => `${hex(`${tagOf(image)} ${i}`)}/layer.tar`)
export const rows = (
  images: readonly TestImage[],
  Config: (image: TestImage) => string,
  Layers: (image: TestImage) => string[],
): TarEntry => manifest(images.map((image) => ({ Config: Config(image), RepoTags: image.tags, Layers: Layers(image) })))
export const configFile = ({ config }: TestImage): TarEntry => [`${hex(config)}.json`, config]
