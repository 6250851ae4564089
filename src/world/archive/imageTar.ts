import { posix } from 'node:path'
import type { ArchivedBlob } from '../../installation/installation.ts'
import { type ImageConfig, readImageConfig } from '../imageConfig.ts'
import { badManifest, missingEntry, unknownLayer, unsafePath, wrongDigest, wrongLayer } from './archiveProblems.ts'
import type { ScannedFile, ScannedTar } from './scan.ts'

const MOST_LINKS = 16

/** One image tar of an archive, asked by the names that its manifests use. Every answer is checked against its digest. */
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

  /** The file a name means, links followed; its content must be what a digest in its name says. */
  file(name: string): ScannedFile {
    let at = this.#inside(name)
    for (let links = 0; links < MOST_LINKS; links++) {
      const file = this.#scanned.files.get(at)
      if (file) return this.#checked(file)
      const link = this.#scanned.links.get(at)
      if (link === undefined) break
      at = this.#inside(link.hard || link.target.startsWith('/') ? link.target : posix.join(posix.dirname(at), link.target))
    }
    throw missingEntry(this.path, this.tar, name)
  }

  /** A file's content as JSON. */
  json({ name, json }: ScannedFile): unknown {
    try {
      if (json !== undefined) return JSON.parse(json)
    } catch {
      // told below
    }
    throw this.bad(name, json === undefined ? 'It is larger than any manifest, or not JSON.' : 'It is not JSON.')
  }

  config(file: ScannedFile): ImageConfig {
    const config = file.json === undefined ? undefined : readImageConfig(this.json(file))
    if (config === undefined) throw this.bad(file.name, 'It is no config of an image: it lacks os, architecture or rootfs.diff_ids.')
    return config
  }

  /** The config says what each layer has to be once it is unpacked. */
  checkLayers({ diffIds }: ImageConfig, layers: readonly ScannedFile[], name: string): void {
    if (diffIds.length !== layers.length) throw this.bad(name, `It names ${layers.length} layers, the image's config ${diffIds.length}.`)
    for (const [i, layer] of layers.entries()) {
      if (layer.unpacked === undefined) throw unknownLayer(this.path, this.tar, layer.name)
      if (layer.unpacked !== diffIds[i]) throw wrongLayer(this.path, this.tar, layer.name)
    }
  }

  blob({ name, digest, size, offset }: ScannedFile, mediaType: string): ArchivedBlob {
    return { digest, size, mediaType, tar: this.tar, entry: name, ...(offset !== undefined && { offset }) }
  }

  bad(name: string, detail: string) {
    return badManifest(this.path, this.tar, name, detail)
  }

  #checked(file: ScannedFile): ScannedFile {
    const named = /^(?:blobs\/sha256\/|sha256:)?([0-9a-f]{64})(?:\.json)?$/.exec(file.name)?.[1]
    if (named !== undefined && file.digest !== `sha256:${named}`) throw wrongDigest(this.path, this.tar, file.name)
    return file
  }

  #inside(name: string): string {
    const clean = posix.normalize(name)
    if (clean.startsWith('/') || clean === '..' || clean.startsWith('../')) throw unsafePath(this.path, name)
    return clean
  }
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
