import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ArchivedBlob, ArchivedImage, ArchiveIndex } from '../../installation/installation.ts'
import { isMap } from '../../values/json.ts'

/** What tells one version of a file from another without reading it. */
export type FileIdentity = { readonly path: string; readonly size: string; readonly mtimeNs: string; readonly inode: string }
export type Remembered = {
  readonly index: ArchiveIndex
  /** SHA-256 (hex) of the whole file, where somebody asked for it. */
  readonly sha256?: string
}

// Raise it when the index learns something new: older files are then read again.
const FORMAT = 3

/** The remembered index of exactly this file; undefined when there is none, or none that can be used. */
export async function loadIndex(dir: string, of: FileIdentity): Promise<Remembered | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(place(dir, of), 'utf8'))
    return isStored(stored) && isDeepStrictEqual(stored.of, of) ? stored : undefined
  } catch {
    return undefined
  }
}

/** Remembers an index. A cache that cannot be written costs time, never a plan. */
export async function saveIndex(dir: string, of: FileIdentity, remembered: Remembered): Promise<void> {
  const path = place(dir, of)
  const written = `${path}.${randomUUID()}`
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(written, JSON.stringify({ format: FORMAT, of, ...remembered }), { mode: 0o600 })
    await rename(written, path)
  } catch {
    await rm(written, { force: true }).catch(() => {})
  }
}

function place(dir: string, { path }: FileIdentity): string {
  return join(dir, `archive-${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`)
}

function isStored(value: unknown): value is Remembered & { of: FileIdentity } {
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
  const isWhere = offset === undefined || typeof offset === 'number'
  return isWhere && [digest, mediaType, tar, entry].every((text) => typeof text === 'string') && typeof size === 'number'
}
