import { createReadStream } from 'node:fs'
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { extract, type Header } from 'tar-stream'
import { tooManyEntries, unsafePath, unsupportedCompression } from './archiveProblems.ts'
import { compressionOf, isUnpackable, peek, unpacking } from './compression.ts'
import { noteBytes } from './gcPressure.ts'

/** One entry of a tar, in the order of the bytes. Its content can be read once, before the next entry is asked for. */
export type Entry = {
  /** Path of the image tar within the release archive; '' for the archive itself. */
  readonly tar: string
  /** Without a leading `./`. */
  readonly name: string
  readonly type: Header['type']
  readonly size: number
  /** Where its content begins in the archive's file; undefined when that is packed. */
  readonly offset: number | undefined
  /** As written, for symbolic and hard links. */
  readonly linkname: string | undefined
  readonly content: AsyncIterable<Buffer>
}

/** Where the release archive keeps its image tars. */
const IMAGE_TAR = /(^|\/)container-images\/[^/]+\.(tar|tgz|tar\.gz|tar\.zst)$/
// Larger ones are no faster, and what waits for the garbage collector is memory as well.
const CHUNK = 64 * 1024
// A release has some dozens; more would be an archive made to fill our memory, as would longer names.
const MOST_ENTRIES = 100_000
const LONGEST_NAME = 1024

/**
 * All entries of a release archive or image tar, packed or not, the image tars inside opened on the way: one pass, a few
 * chunks in memory. `enter` says which image tars are worth opening. Throws what the streams throw, and a ProblemError
 * for a path that points out of the archive and for data that cannot be unpacked.
 */
export async function* walk(
  path: string,
  options: { readonly enter?: (tar: string) => boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Entry> {
  const file = createReadStream(path, { highWaterMark: CHUNK, ...(options.signal && { signal: options.signal }) })
  let count = 0
  try {
    for await (const entry of entries(path, file, { tar: '', base: 0 }, options.enter ?? (() => true))) {
      if (++count > MOST_ENTRIES) throw tooManyEntries(path, MOST_ENTRIES)
      if (isUnsafe(entry.name) || (entry.linkname ?? '').length > LONGEST_NAME) throw unsafePath(path, entry.name)
      yield entry
    }
  } finally {
    file.destroy()
  }
}

/** True for what has content; a sparse file of GNU tar has less of it than it says, and is none. */
export function isFile({ type }: Entry): boolean {
  return type === 'file' || type === 'contiguous-file'
}

/** A tar that is being read; `base`: where it begins in the archive's file, as far as that is not packed. */
type Place = { readonly tar: string; base: number | undefined }

async function* entries(path: string, source: Readable, place: Place, enter: (tar: string) => boolean): AsyncGenerator<Entry> {
  const { tar } = place
  const opened = extract()
  const fed = feed(path, source, place, opened as unknown as Duplex)
  // Told by the iteration below, where somebody listens.
  fed.catch((error) => opened.destroy(error))
  for await (const entry of opened) {
    const { name, type, size = 0, linkname } = entry.header
    const content = unclosed(entry as AsyncIterable<Buffer>)
    const clean = name.replace(/^(\.\/)+/, '')
    const offset = place.base === undefined ? undefined : place.base + byteOffsetOf(entry.header)
    if (tar === '' && type === 'file' && IMAGE_TAR.test(clean)) {
      if (enter(clean)) yield* entries(path, Readable.from(content), { tar: clean, base: offset }, enter)
    } else yield { tar, name: clean, type, size, offset, linkname: linkname ?? undefined, content }
    entry.resume() // what was not read is skipped
  }
  await fed
}

/** Pours the source into the tar reader, unpacked; an error ends both. */
async function feed(path: string, source: Readable, place: Place, opened: Duplex): Promise<void> {
  const { start, whole: chunks } = await peek(source)
  const whole = Readable.from(told(chunks), { objectMode: false, highWaterMark: CHUNK })
  const packing = compressionOf(start)
  if (packing === 'plain') return pipeline(whole, opened)
  // Before the first entry can be seen.
  place.base = undefined
  if (isUnpackable(packing)) return pipeline(whole, ...unpacking(path, packing), opened)
  throw unsupportedCompression(path, place.tar, packing)
}

/** tar-stream counts it; its types do not know. */
function byteOffsetOf(header: Header): number {
  return (header as Header & { readonly byteOffset: number }).byteOffset
}

/** The same pieces, and {@link noteBytes} is told of each. */
async function* told(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    noteBytes(chunk.length)
    yield chunk
  }
}

/** A reader that stops early must not close the entry: that would end the whole archive. */
function unclosed(entry: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const chunks = entry[Symbol.asyncIterator]()
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
}

function isUnsafe(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..') || name.length > LONGEST_NAME
}
