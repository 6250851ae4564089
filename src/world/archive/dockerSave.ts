import { posix } from 'node:path'
import type { ArchivedBlob, ArchivedImage } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'
import { badManifest, missingEntry, noManifest, unsafePath, wrongDigest } from './problems.ts'
import type { ScannedFile, ScannedTar } from './scan.ts'

const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'
const MOST_LINKS = 16

type Manifest = { readonly Config: string; readonly Layers: readonly string[]; readonly RepoTags: readonly string[] }
type Config = { readonly platform: string; readonly diffIds: readonly string[] }

/**
 * The images of one docker-save tar, one per tag: what `manifest.json` says, which docker has written since 1.10 and
 * still writes beside the OCI layout of 25 and later. Pure. Throws a ProblemError for a tar that contradicts itself.
 */
export function imagesOf(path: string, tar: ScannedTar): ArchivedImage[] {
  const text = tar.files.get('manifest.json')?.json
  if (text === undefined) throw noManifest(path, tar.tar)
  return readManifests(path, tar, text).flatMap((manifest) => {
    const file = find(path, tar, manifest.Config)
    const config = readConfig(path, tar, file)
    const layers = manifest.Layers.map((name) => layer(path, tar, name))
    checkLayers(path, tar, config, layers)
    const image = { config: blob(tar, file, CONFIG_TYPE), layers, platform: config.platform }
    return manifest.RepoTags.map((tag) => ({ tag, ...image }))
  })
}

function readManifests(path: string, tar: ScannedTar, text: string): Manifest[] {
  const all = parse(path, tar, text)
  if (!Array.isArray(all)) throw badManifest(path, tar.tar, 'It is not a list of images.')
  return all.map((one: unknown) => {
    if (!isMap(one) || typeof one.Config !== 'string' || !isTexts(one.Layers))
      throw badManifest(path, tar.tar, 'An image in it lacks Config or Layers.')
    // An image saved by its id has no tags: nothing can ask for it.
    return { Config: one.Config, Layers: one.Layers, RepoTags: isTexts(one.RepoTags) ? one.RepoTags : [] }
  })
}

function readConfig(path: string, tar: ScannedTar, file: ScannedFile): Config {
  const config = file.json === undefined ? undefined : parse(path, tar, file.json)
  const rootfs = isMap(config) ? config.rootfs : undefined
  if (
    !isMap(config) ||
    typeof config.os !== 'string' ||
    typeof config.architecture !== 'string' ||
    !isMap(rootfs) ||
    !isTexts(rootfs.diff_ids)
  )
    throw badManifest(path, tar.tar, `The config ${file.name} lacks os, architecture or rootfs.diff_ids.`)
  return { platform: `${config.os}/${config.architecture}`, diffIds: rootfs.diff_ids }
}

/** A plain layer's digest is its diff id: the config says what each layer has to be. */
function checkLayers(path: string, tar: ScannedTar, { diffIds }: Config, layers: readonly ArchivedBlob[]): void {
  if (diffIds.length !== layers.length)
    throw badManifest(path, tar.tar, `It names ${layers.length} layers, the image's config ${diffIds.length}.`)
  for (const [i, { digest, mediaType, entry }] of layers.entries())
    if (mediaType === LAYER_TYPE && digest !== diffIds[i]) throw wrongDigest(path, tar.tar, entry)
}

function layer(path: string, tar: ScannedTar, name: string): ArchivedBlob {
  const file = find(path, tar, name)
  return blob(tar, file, file.gzip ? `${LAYER_TYPE}+gzip` : LAYER_TYPE)
}

function blob({ tar }: ScannedTar, { name, digest, size }: ScannedFile, mediaType: string): ArchivedBlob {
  return { digest, size, mediaType, tar, entry: name }
}

/** The file a name of manifest.json means, links followed; its content must be what a digest in its name says. */
function find(path: string, tar: ScannedTar, name: string): ScannedFile {
  let at = inside(path, name)
  for (let links = 0; links < MOST_LINKS; links++) {
    const file = tar.files.get(at)
    if (file) return checked(path, tar, file)
    const link = tar.links.get(at)
    if (link === undefined) break
    at = inside(path, link.hard || link.target.startsWith('/') ? link.target : posix.join(posix.dirname(at), link.target))
  }
  throw missingEntry(path, tar.tar, name)
}

function checked(path: string, tar: ScannedTar, file: ScannedFile): ScannedFile {
  const named = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/.exec(file.name)?.[1]
  if (named !== undefined && file.digest !== `sha256:${named}`) throw wrongDigest(path, tar.tar, file.name)
  return file
}

function inside(path: string, name: string): string {
  const clean = posix.normalize(name)
  if (clean.startsWith('/') || clean === '..' || clean.startsWith('../')) throw unsafePath(path, name)
  return clean
}

function parse(path: string, tar: ScannedTar, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw badManifest(path, tar.tar, 'It is not JSON.')
  }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
