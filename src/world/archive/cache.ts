import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ArchivedBlob, ArchivedImage, ArchiveIndex } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'

/** Distinguishes versions of a file without reading it. */
export type FileIdentity = { readonly path: string; readonly size: string; readonly mtimeNs: string; readonly inode: string }
export type CachedIndex = {
  readonly index: ArchiveIndex
  /** SHA-256 (hex) of the whole file, if it was requested. */
  readonly sha256?: string
}

// Raise it when the index gets a new field: archives of older entries are then read again.
const FORMAT = 3

/** The cached index of exactly this file; undefined when there is none, or it is unusable. */
export async function loadIndex(dir: string, identity: FileIdentity): Promise<CachedIndex | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(cacheFile(dir, identity), 'utf8'))
    return isStored(stored) && isDeepStrictEqual(stored.of, identity) ? stored : undefined
  } catch {
    return undefined
  }
}

/** Caches an index. A cache that cannot be written costs time and fails no plan. */
export async function saveIndex(dir: string, identity: FileIdentity, cached: CachedIndex): Promise<void> {
  const path = cacheFile(dir, identity)
  const tempFile = `${path}.${randomUUID()}`
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(tempFile, JSON.stringify({ format: FORMAT, of: identity, ...cached }), { mode: 0o600 })
    await rename(tempFile, path)
  } catch {
    await rm(tempFile, { force: true }).catch(() => {})
  }
}

function cacheFile(dir: string, { path }: FileIdentity): string {
  return join(dir, `archive-${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`)
}

function isStored(value: unknown): value is CachedIndex & { of: FileIdentity } {
  return isMap(value) && value.format === FORMAT && ['string', 'undefined'].includes(typeof value.sha256) && isIndex(value.index)
}

function isIndex(value: unknown): value is ArchiveIndex {
  return isMap(value) && typeof value.path === 'string' && Array.isArray(value.images) && value.images.every(isImage)
}

function isImage(value: unknown): value is ArchivedImage {
  if (!isMap(value) || ![value.tag, value.platform, value.content].every((text) => typeof text === 'string')) return false
  const { config, layers, manifest } = value
  const isManifest = isMap(manifest) && typeof manifest.mediaType === 'string' && typeof manifest.text === 'string'
  return isBlob(config) && Array.isArray(layers) && layers.every(isBlob) && (manifest === undefined || isManifest)
}

function isBlob(value: unknown): value is ArchivedBlob {
  if (!isMap(value)) return false
  const { digest, size, mediaType, tar, entry, offset } = value
  const isOffset = offset === undefined || typeof offset === 'number'
  return isOffset && [digest, mediaType, tar, entry].every((text) => typeof text === 'string') && typeof size === 'number'
}
