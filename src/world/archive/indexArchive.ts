import { stat } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import type { ArchiveIndex } from '../../installation/installation.ts'
import { changedMeanwhile, otherBytes, readProblem } from './archiveProblems.ts'
import { type FileIdentity, loadIndex, type Remembered, saveIndex } from './cache.ts'

export type IndexOptions = {
  /** Absolute path; an index stands there for an archive that was read before. See {@link defaultCacheDir}. */
  readonly cacheDir: string
  /** Hex; an archive with other bytes is refused. */
  readonly sha256?: string
  readonly signal?: AbortSignal
}

/**
 * What images an archive holds: a release archive `self-hosted-VERSION.tar.gz` with image tars in it, or an image tar
 * alone (docker save's form or an OCI layout), plain or packed with gzip or zstd. Read once as a stream, then remembered by path, size, mtime and inode.
 * Throws a ProblemError (`archive/...`); contacts nothing.
 */
export async function indexArchive(path: string, options: IndexOptions): Promise<ArchiveIndex> {
  try {
    const before = await identityOf(path)
    const known = await loadIndex(options.cacheDir, before)
    const enough = known !== undefined && (options.sha256 === undefined || known.sha256 !== undefined)
    const { index, sha256 } = enough ? known : await readAndRemember(before, options)
    if (options.sha256 !== undefined && options.sha256 !== sha256) throw otherBytes(path, sha256 ?? '', options.sha256)
    return index
  } catch (error) {
    throw readProblem(path, error)
  }
}

async function readAndRemember(before: FileIdentity, { cacheDir, sha256, signal }: IndexOptions): Promise<Remembered> {
  // Loaded only now: the usual plan finds the index in the cache and needs no tar reader.
  const { readArchive, sha256OfFile } = await import('./readArchive.ts')
  const index = await readArchive(before.path, signal)
  const read = sha256 === undefined ? { index } : { index, sha256: await sha256OfFile(before.path, signal) }
  if (!isDeepStrictEqual(await identityOf(before.path), before)) throw changedMeanwhile(before.path)
  await saveIndex(cacheDir, before, read)
  return read
}

async function identityOf(path: string): Promise<FileIdentity> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true })
  return { path, size: String(size), mtimeNs: String(mtimeNs), inode: String(ino) }
}
