import type { ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { type ImageTar, isStringArray } from './imageTar.ts'
import type { ScannedFile } from './scan.ts'

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'
const MAX_IMAGES = 256

type ManifestEntry = { readonly Config: string; readonly Layers: readonly string[]; readonly RepoTags: readonly string[] }

/**
 * The images of a docker-save tar, one per tag, from `manifest.json`, which docker since 1.10, skopeo, podman and crane write.
 * Pure. Throws a ProblemError for an inconsistent tar.
 */
export function dockerSaveImages(tar: ImageTar): ArchivedImage[] {
  return manifestEntries(tar).flatMap(({ Config, Layers, RepoTags }) => {
    const file = tar.file(Config)
    const config = tar.config(file)
    const layers = Layers.map((name) => tar.file(name))
    tar.checkLayers(config, layers, 'manifest.json')
    const image = {
      config: tar.blob(file, CONFIG_TYPE),
      layers: layers.map((layer) => tar.blob(layer, typeOf(layer))),
      platform: config.platform,
      content: config.content,
    }
    return RepoTags.map((tag) => ({ tag, ...image }))
  })
}

function manifestEntries(tar: ImageTar): ManifestEntry[] {
  const entries = tar.json(tar.file('manifest.json'))
  if (!Array.isArray(entries)) throw tar.invalid('manifest.json', 'The content is not a list of images.')
  if (entries.length > MAX_IMAGES) throw tar.invalid('manifest.json', `The list has more than ${MAX_IMAGES} images.`)
  return entries.map((entry: unknown) => {
    if (!isMap(entry) || typeof entry.Config !== 'string' || !isStringArray(entry.Layers))
      throw tar.invalid('manifest.json', 'An image has no Config or no Layers.')
    // An image that was saved by its id has no tags: nothing can refer to it.
    return { Config: entry.Config, Layers: entry.Layers, RepoTags: isStringArray(entry.RepoTags) ? entry.RepoTags : [] }
  })
}

function typeOf({ compression: packing }: ScannedFile): string {
  return packing === 'plain' ? LAYER_TYPE : `${LAYER_TYPE}+${packing}`
}
