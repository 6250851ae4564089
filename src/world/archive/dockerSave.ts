import type { ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { type ImageTar, isTexts } from './imageTar.ts'
import type { ScannedFile } from './scan.ts'

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'
const MOST_IMAGES = 256

type Row = { readonly Config: string; readonly Layers: readonly string[]; readonly RepoTags: readonly string[] }

/**
 * The images of a docker-save tar, one per tag: what `manifest.json` says, which docker has written since 1.10, and
 * skopeo, podman and crane write as well. Pure. Throws a ProblemError for a tar that contradicts itself.
 */
export function dockerSaveImages(tar: ImageTar): ArchivedImage[] {
  return rowsOf(tar).flatMap(({ Config, Layers, RepoTags }) => {
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

function rowsOf(tar: ImageTar): Row[] {
  const all = tar.json(tar.file('manifest.json'))
  if (!Array.isArray(all)) throw tar.bad('manifest.json', 'It is not a list of images.')
  if (all.length > MOST_IMAGES) throw tar.bad('manifest.json', `It names more than ${MOST_IMAGES} images.`)
  return all.map((one: unknown) => {
    if (!isMap(one) || typeof one.Config !== 'string' || !isTexts(one.Layers))
      throw tar.bad('manifest.json', 'An image in it lacks Config or Layers.')
    // An image saved by its id has no tags: nothing can ask for it.
    return { Config: one.Config, Layers: one.Layers, RepoTags: isTexts(one.RepoTags) ? one.RepoTags : [] }
  })
}

function typeOf({ packing }: ScannedFile): string {
  return packing === 'plain' ? LAYER_TYPE : `${LAYER_TYPE}+${packing}`
}
