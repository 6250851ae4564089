import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { ArchiveIndex } from '../../installation/installation.ts'
import { hasShape, isNumber, isText, listOf, oneOf, optional } from '../../values/shape.ts'

/** Identifies a version of a file without reading its content. */
export type FileIdentity = { readonly path: string; readonly size: string; readonly mtimeNs: string; readonly inode: string }
export type CachedIndex = {
  readonly index: ArchiveIndex
  /** SHA-256 (hex) of the whole file, if it was computed. */
  readonly sha256?: string
}

// Increment it when the index gets new fields: older files are then read again.
const FORMAT = 3

const isBlob = hasShape({
  digest: isText,
  size: isNumber,
  mediaType: isText,
  tar: isText,
  entry: isText,
  offset: optional(isNumber),
})
const isImage = hasShape({
  tag: isText,
  platform: isText,
  content: isText,
  config: isBlob,
  layers: listOf(isBlob),
  manifest: optional(hasShape({ mediaType: isText, text: isText })),
})
const isCacheFile = hasShape({
  format: oneOf(FORMAT),
  sha256: optional(isText),
  index: hasShape({ path: isText, images: listOf(isImage) }),
})

/** The cached index of exactly this file; undefined when there is none, or none that can be used. */
export async function loadIndex(dir: string, file: FileIdentity): Promise<CachedIndex | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(cachePath(dir, file), 'utf8'))
    if (!isCacheFile(stored)) return undefined
    const { of, ...cached } = stored as CachedIndex & { readonly of: FileIdentity }
    return isDeepStrictEqual(of, file) ? cached : undefined
  } catch {
    return undefined
  }
}

/** Caches an index. A cache that cannot be written costs time, but never fails a plan. */
export async function saveIndex(dir: string, file: FileIdentity, cached: CachedIndex): Promise<void> {
  const path = cachePath(dir, file)
  const tempFile = `${path}.${randomUUID()}`
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 })
    await writeFile(tempFile, JSON.stringify({ format: FORMAT, of: file, ...cached }), { mode: 0o600 })
    await rename(tempFile, path)
  } catch {
    await rm(tempFile, { force: true }).catch(() => {})
  }
}

function cachePath(dir: string, { path }: FileIdentity): string {
  return join(dir, `archive-${createHash('sha256').update(path).digest('hex').slice(0, 32)}.json`)
}
