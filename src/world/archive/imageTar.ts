import { posix } from 'node:path'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { type ImageConfig, readImageConfig } from '../imageConfig.ts'
import { badManifest, layerMismatch, missingEntry, unreadableLayer, unsafePath, wrongDigest } from './archiveProblems.ts'
import type { ScannedFile, ScannedTar } from './scan.ts'

const MAX_LINKS = 16

/** One image tar of an archive, read by the names that its manifests use. Every file is verified against its digest. */
export class ImageTar {
  /** Path of the archive, for problems. */
  readonly path: string
  /** Path of the image tar within the archive; '' for the archive itself. */
  readonly tar: string
  readonly #scanned: ScannedTar

  constructor(path: string, scanned: ScannedTar) {
    this.path = path
    this.tar = scanned.tar
    this.#scanned = scanned
  }

  has(name: string): boolean {
    return this.#scanned.files.has(name)
  }

  /** The file of a name, links followed; its content must match a digest in its name. */
  file(name: string): ScannedFile {
    let path = this.#pathInside(name)
    for (let links = 0; links < MAX_LINKS; links++) {
      const file = this.#scanned.files.get(path)
      if (file) return this.#verified(file)
      const link = this.#scanned.links.get(path)
      if (link === undefined) break
      path = this.#pathInside(link.hard || link.target.startsWith('/') ? link.target : posix.join(posix.dirname(path), link.target))
    }
    throw missingEntry(this.path, this.tar, name)
  }

  /** A file's content as JSON. */
  json({ name, json }: ScannedFile): unknown {
    try {
      if (json !== undefined) return JSON.parse(json)
    } catch {
      // Reported below.
    }
    throw this.invalid(name, json === undefined ? 'The content is larger than any manifest, or not JSON.' : 'The content is not JSON.')
  }

  config(file: ScannedFile): ImageConfig {
    const config = file.json === undefined ? undefined : readImageConfig(this.json(file))
    if (config === undefined)
      throw this.invalid(file.name, 'The content is not the config of an image: os, architecture or rootfs.diff_ids is missing.')
    return config
  }

  /** The config has the digest of each layer's decompressed content. */
  checkLayers({ diffIds }: ImageConfig, layers: readonly ScannedFile[], name: string): void {
    if (diffIds.length !== layers.length) throw this.invalid(name, `${layers.length} layers, but ${diffIds.length} in the image’s config.`)
    for (const [i, layer] of layers.entries()) {
      if (layer.decompressedDigest === undefined) throw unreadableLayer(this.path, this.tar, layer.name)
      if (layer.decompressedDigest !== diffIds[i]) throw layerMismatch(this.path, this.tar, layer.name)
    }
  }

  blob({ name, digest, size, offset }: ScannedFile, mediaType: string): ArchivedBlob {
    return { digest, size, mediaType, tar: this.tar, entry: name, ...(offset !== undefined && { offset }) }
  }

  invalid(name: string, detail: string) {
    return badManifest(this.path, this.tar, name, detail)
  }

  #verified(file: ScannedFile): ScannedFile {
    const namedDigest = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/.exec(file.name)?.[1]
    if (namedDigest !== undefined && file.digest !== `sha256:${namedDigest}`) throw wrongDigest(this.path, this.tar, file.name)
    return file
  }

  #pathInside(name: string): string {
    const normalized = posix.normalize(name)
    if (normalized.startsWith('/') || normalized === '..' || normalized.startsWith('../')) throw unsafePath(this.path, name)
    return normalized
  }
}

export function isStringArray(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
