import { createReadStream } from 'node:fs'
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { tooManyEntries, unsafePath, unsupportedCompression } from './archiveProblems.ts'
import { compressionOf, decompressing, isSupported, peek } from './compression.ts'
import { noteBytes } from './gcPressure.ts'

/** One entry of a tar, in the order of the bytes. Its content can be read once, before the next entry is requested. */
export type Entry = {
  /** Path of the image tar within the release archive; '' for the archive itself. */
  readonly tar: string
  /** Without a leading `./`. */
  readonly name: string
  readonly type: Header['type']
  readonly size: number
  /** Offset of its content in the archive's file; undefined when the tar is compressed. */
  readonly offset: number | undefined
  /** As written, for symbolic and hard links. */
  readonly linkname: string | undefined
  readonly content: AsyncIterable<Buffer>
}

/** The paths of image tars in a release archive. */
const IMAGE_TAR = /(^|\/)container-images\/[^/]+\.(tar|tgz|tar\.gz|tar\.zst)$/
// Larger chunks are not faster, and occupy more memory until they are garbage-collected.
const CHUNK = 64 * 1024
// A release has a few dozen; an archive with more, or with longer names, is made to exhaust the memory.
const MAX_ENTRIES = 100_000
const MAX_NAME_LENGTH = 1024

/**
 * All entries of a release archive or image tar, compressed or not, including those of the image tars inside: one pass, a few
 * chunks in memory. `enter` selects the image tars to open. Throws errors of the streams, and a ProblemError for a path that
 * points outside the archive and for data that cannot be decompressed.
 */
export async function* walk(
  path: string,
  options: { readonly enter?: (tar: string) => boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Entry> {
  const file = createReadStream(path, { highWaterMark: CHUNK, ...(options.signal && { signal: options.signal }) })
  let count = 0
  try {
    for await (const entry of tarEntries(path, file, { tar: '', base: 0 }, options.enter ?? (() => true))) {
      if (++count > MAX_ENTRIES) throw tooManyEntries(path, MAX_ENTRIES)
      if (isUnsafe(entry.name) || (entry.linkname ?? '').length > MAX_NAME_LENGTH) throw unsafePath(path, entry.name)
      yield entry
    }
  } finally {
    file.destroy()
  }
}

/** True for an entry with content; a sparse file of GNU tar contains less than its size and does not count. */
export function isFile({ type }: Entry): boolean {
  return type === 'file' || type === 'contiguous-file'
}

/** A tar that is being read; `base`: its offset in the archive's file, undefined when it is compressed. */
type TarSource = { readonly tar: string; base: number | undefined }

async function* tarEntries(path: string, source: Readable, tarSource: TarSource, enter: (tar: string) => boolean): AsyncGenerator<Entry> {
  const { tar } = tarSource
  const reader = extract()
  const feeding = feed(path, source, tarSource, reader as unknown as Duplex)
  // Reported by the iteration below.
  feeding.catch((error) => reader.destroy(error))
  for await (const entry of reader) {
    const { name, type, size = 0, linkname } = entry.header
    const content = keepOpen(entry as AsyncIterable<Buffer>)
    const entryName = name.replace(/^(\.\/)+/, '')
    const offset = tarSource.base === undefined ? undefined : tarSource.base + byteOffsetOf(entry.header)
    if (tar === '' && type === 'file' && IMAGE_TAR.test(entryName)) {
      if (enter(entryName)) yield* tarEntries(path, Readable.from(content), { tar: entryName, base: offset }, enter)
    } else yield { tar, name: entryName, type, size, offset, linkname: linkname ?? undefined, content }
    entry.resume() // skips the unread rest
  }
  await feeding
}

/** Feeds the decompressed source into the tar reader; an error ends both. */
async function feed(path: string, source: Readable, tarSource: TarSource, reader: Duplex): Promise<void> {
  const { start, whole: chunks } = await peek(source)
  const whole = Readable.from(noted(chunks), { objectMode: false, highWaterMark: CHUNK })
  const compression = compressionOf(start)
  if (compression === 'plain') return pipeline(whole, reader)
  // Set before the first entry is read.
  tarSource.base = undefined
  if (isSupported(compression)) return pipeline(whole, ...decompressing(path, compression), reader)
  throw unsupportedCompression(path, tarSource.tar, compression)
}

/** tar-stream sets it; its types lack it. */
function byteOffsetOf(header: Header): number {
  return (header as Header & { readonly byteOffset: number }).byteOffset
}

/** Passes the chunks on and reports them to {@link noteBytes}. */
async function* noted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    noteBytes(chunk.length)
    yield chunk
  }
}

/** A reader that stops early must not close the entry: that would end the whole archive. */
function keepOpen(entry: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const chunks = entry[Symbol.asyncIterator]()
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
}

function isUnsafe(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..') || name.length > MAX_NAME_LENGTH
}
