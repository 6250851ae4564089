import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ArchiveIndex } from '../../installation/installation.ts'
import { changedMeanwhile, otherBytes, readProblem } from './archiveProblems.ts'
import { type CachedIndex, type FileIdentity, loadIndex, saveIndex } from './cache.ts'

export type IndexOptions = {
  /** Absolute path of the folder with the indexes of archives that were read before. See {@link defaultCacheDir}. */
  readonly cacheDir: string
  /** Hex; an archive with other bytes is refused. */
  readonly sha256?: string
  readonly signal?: AbortSignal
}

/**
 * Reads which images an archive contains: a release archive `self-hosted-VERSION.tar.gz` with image tars in it, or a single
 * image tar (docker-save format or OCI layout), uncompressed or compressed with gzip or zstd. Read once as a stream, then
 * cached by path, size, mtime and inode. Throws a ProblemError (`archive/...`); sends no request.
 */
export async function indexArchive(path: string, options: IndexOptions): Promise<ArchiveIndex> {
  try {
    const before = await identityOf(path)
    const cached = await loadIndex(options.cacheDir, before)
    const isUsable = cached !== undefined && (options.sha256 === undefined || cached.sha256 !== undefined)
    const { index, sha256 } = isUsable ? cached : await readAndCache(before, options)
    if (options.sha256 !== undefined && options.sha256 !== sha256) throw otherBytes(path, sha256 ?? '', options.sha256)
    return index
  } catch (error) {
    throw readProblem(path, error)
  }
}

async function readAndCache(before: FileIdentity, { cacheDir, sha256, signal }: IndexOptions): Promise<CachedIndex> {
  // Loaded lazily: a usual plan finds the index in the cache and needs no tar reader.
  const { readArchive, sha256OfFile } = await import('./readArchive.ts')
  const index = await readArchive(before.path, signal)
  const entry = sha256 === undefined ? { index } : { index, sha256: await sha256OfFile(before.path, signal) }
  if (!isDeepStrictEqual(await identityOf(before.path), before)) throw changedMeanwhile(before.path)
  await saveIndex(cacheDir, before, entry)
  return entry
}

async function identityOf(path: string): Promise<FileIdentity> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true })
  return { path, size: String(size), mtimeNs: String(mtimeNs), inode: String(ino) }
}
