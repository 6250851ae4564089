import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ProblemError } from '../../values/problem.ts'
import { duplicateEntry } from './archiveProblems.ts'
import { type Compression, compressionOf, decompressing, isSupported, peek } from './compression.ts'
import { type Entry, isFile, walk } from './walk.ts'

/** A file of an image tar, described by its content. */
export type ScannedFile = {
  readonly name: string
  readonly digest: string
  readonly size: number
  /** See {@link Entry}. */
  readonly offset?: number
  readonly compression: Compression
  /** Digest of its decompressed content; of an uncompressed file its own; undefined when it cannot be decompressed. */
  readonly decompressedDigest?: string
  /** The text of a file that looks like JSON and is small enough to be a manifest or a config. */
  readonly json?: string
}

type Link = { readonly target: string; readonly hard: boolean }

/** One image tar: its files, and its links by name with their target as written. */
export type ScannedTar = { readonly tar: string; readonly files: Map<string, ScannedFile>; readonly links: Map<string, Link> }

// Registries also refuse manifests and configs above 4 MiB.
const MAX_JSON_BYTES = 4 * 1024 * 1024
const MAX_TOTAL_JSON_BYTES = 64 * 1024 * 1024

/** Reads the whole archive once and hashes its content; the tars are in order of appearance. */
export async function scan(path: string, signal?: AbortSignal): Promise<readonly ScannedTar[]> {
  const tars = new Map<string, ScannedTar>()
  let budget = MAX_TOTAL_JSON_BYTES
  for await (const entry of walk(path, { ...(signal && { signal }) })) {
    const tar = tars.get(entry.tar) ?? { tar: entry.tar, files: new Map(), links: new Map() }
    tars.set(entry.tar, tar)
    if (isFile(entry)) {
      const file = await scanFile(path, entry, Math.min(MAX_JSON_BYTES, budget))
      budget -= file.json?.length ?? 0
      addFile(path, tar, file)
    } else addLink(path, tar, entry)
  }
  return [...tars.values()]
}

async function scanFile(path: string, { name, size, offset, content }: Entry, maxJsonBytes: number): Promise<ScannedFile> {
  const hash = createHash('sha256')
  const { start, whole } = await peek(content)
  const compression = compressionOf(start)
  const kept: Buffer[] = []
  const isJson = size <= maxJsonBytes && (start[0] === 0x7b || start[0] === 0x5b)
  const read = async function* () {
    for await (const chunk of whole) {
      hash.update(chunk)
      if (isJson) kept.push(chunk)
      yield chunk
    }
  }
  const decompressedDigest = isSupported(compression) ? await digestDecompressed(path, read(), compression) : undefined
  for await (const _ of read()); // reads the rest, or all of it
  const digest = digestOf(hash)
  return {
    name,
    digest,
    size,
    ...(offset !== undefined && { offset }),
    compression,
    ...(compression === 'plain' ? { decompressedDigest: digest } : decompressedDigest && { decompressedDigest }),
    ...(isJson && { json: Buffer.concat(kept).toString('utf8') }),
  }
}

/** Damaged data is an error only if an image uses the file as a layer. */
async function digestDecompressed(
  path: string,
  compressed: AsyncGenerator<Buffer>,
  compression: 'gzip' | 'zstd',
): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(Readable.from(compressed), ...decompressing(path, compression), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk)
    })
    return digestOf(hash)
  } catch (error) {
    if (error instanceof ProblemError || !isCorruptData(error)) throw error
    return undefined
  }
}

function isCorruptData(error: unknown): boolean {
  return /^Z(STD)?_/.test((error as NodeJS.ErrnoException).code ?? '')
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`
}

/** The same file twice is harmless (some tools write shared layers twice); one name with different content is an error. */
function addFile(path: string, tar: ScannedTar, file: ScannedFile): void {
  const known = tar.files.get(file.name)
  if ((known !== undefined && known.digest !== file.digest) || tar.links.has(file.name)) throw duplicateEntry(path, tar.tar, file.name)
  tar.files.set(file.name, file)
}

function addLink(path: string, tar: ScannedTar, { name, type, linkname }: Entry): void {
  if (linkname === undefined || (type !== 'symlink' && type !== 'link')) return
  const link = { target: linkname, hard: type === 'link' }
  const known = tar.links.get(name)
  const differs = known !== undefined && (known.target !== link.target || known.hard !== link.hard)
  if (differs || tar.files.has(name)) throw duplicateEntry(path, tar.tar, name)
  tar.links.set(name, link)
}
