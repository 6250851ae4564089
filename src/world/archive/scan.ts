import { createHash, type Hash } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ProblemError } from '../../values/problem.ts'
import { duplicateEntry } from './archiveProblems.ts'
import { type Compression, compressionOf, isUnpackable, peek, unpacking } from './compression.ts'
import { type Entry, isFile, walk } from './walk.ts'

/** A file of an image tar, by its content. */
export type ScannedFile = {
  readonly name: string
  readonly digest: string
  readonly size: number
  /** See {@link Entry}. */
  readonly offset?: number
  readonly packing: Compression
  /** Digest of what is packed in it; of a plain file its own; undefined for what cannot be unpacked. */
  readonly unpacked?: string
  /** The text of what looks like JSON and is small enough to be a manifest or a config. */
  readonly json?: string
}

type Link = { readonly target: string; readonly hard: boolean }

/** One image tar: its files, and its links by name with their target as written. */
export type ScannedTar = { readonly tar: string; readonly files: Map<string, ScannedFile>; readonly links: Map<string, Link> }

// Registries refuse manifests and configs above 4 MiB as well.
const LARGEST_JSON = 4 * 1024 * 1024
const ALL_JSON = 64 * 1024 * 1024

/** Reads the whole archive once and hashes what is in it; the tars in order of appearance. */
export async function scan(path: string, signal?: AbortSignal): Promise<readonly ScannedTar[]> {
  const tars = new Map<string, ScannedTar>()
  let budget = ALL_JSON
  for await (const entry of walk(path, { ...(signal && { signal }) })) {
    const tar = tars.get(entry.tar) ?? { tar: entry.tar, files: new Map(), links: new Map() }
    tars.set(entry.tar, tar)
    if (isFile(entry)) {
      const file = await scanFile(path, entry, Math.min(LARGEST_JSON, budget))
      budget -= file.json?.length ?? 0
      addFile(path, tar, file)
    } else addLink(path, tar, entry)
  }
  return [...tars.values()]
}

async function scanFile(path: string, { name, size, offset, content }: Entry, largestJson: number): Promise<ScannedFile> {
  const hash = createHash('sha256')
  const { start, whole } = await peek(content)
  const packing = compressionOf(start)
  const kept: Buffer[] = []
  const isJson = size <= largestJson && (start[0] === 0x7b || start[0] === 0x5b)
  const read = async function* () {
    for await (const chunk of whole) {
      hash.update(chunk)
      if (isJson) kept.push(chunk)
      yield chunk
    }
  }
  const unpacked = isUnpackable(packing) ? await digestUnpacked(path, read(), packing) : undefined
  for await (const _ of read()); // the rest, or all of it
  const digest = digestOf(hash)
  return {
    name,
    digest,
    size,
    ...(offset !== undefined && { offset }),
    packing,
    ...(packing === 'plain' ? { unpacked: digest } : unpacked && { unpacked }),
    ...(isJson && { json: Buffer.concat(kept).toString('utf8') }),
  }
}

/** What is only called a packed file is no fault of the archive, unless an image names it as a layer. */
async function digestUnpacked(path: string, packed: AsyncGenerator<Buffer>, packing: 'gzip' | 'zstd'): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(Readable.from(packed), ...unpacking(path, packing), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) hash.update(chunk)
    })
    return digestOf(hash)
  } catch (error) {
    if (error instanceof ProblemError || !isDamage(error)) throw error
    return undefined
  }
}

function isDamage(error: unknown): boolean {
  return /^Z(STD)?_/.test((error as NodeJS.ErrnoException).code ?? '')
}

function digestOf(hash: Hash): string {
  return `sha256:${hash.digest('hex')}`
}

/** The same file twice is harmless (some tools write shared layers so); another content under one name is not. */
function addFile(path: string, tar: ScannedTar, file: ScannedFile): void {
  const before = tar.files.get(file.name)
  if ((before !== undefined && before.digest !== file.digest) || tar.links.has(file.name)) throw duplicateEntry(path, tar.tar, file.name)
  tar.files.set(file.name, file)
}

function addLink(path: string, tar: ScannedTar, { name, type, linkname }: Entry): void {
  if (linkname === undefined || (type !== 'symlink' && type !== 'link')) return
  const link = { target: linkname, hard: type === 'link' }
  const before = tar.links.get(name)
  const isOther = before !== undefined && (before.target !== link.target || before.hard !== link.hard)
  if (isOther || tar.files.has(name)) throw duplicateEntry(path, tar.tar, name)
  tar.links.set(name, link)
}
