import { createReadStream } from 'node:fs'
import { type Duplex, Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { tooManyEntries, unsafePath } from './problems.ts'

/** One entry of a tar, in the order of the bytes. Its content can be read once, before the next entry is asked for. */
export type Entry = {
  /** Path of the docker-save tar within the release archive; '' for the archive itself. */
  readonly tar: string
  /** Without a leading `./`. */
  readonly name: string
  readonly type: Header['type']
  readonly size: number
  /** As written, for symbolic and hard links. */
  readonly linkname: string | undefined
  readonly content: AsyncIterable<Buffer>
}

/** Where the release archive keeps its docker-save tars. */
const IMAGE_TAR = /(^|\/)container-images\/[^/]+\.tar(\.gz)?$/
const CHUNK = 256 * 1024
// A release has some dozens; more would be an archive made to fill our memory.
const MOST_ENTRIES = 100_000

/**
 * All entries of a release archive or docker-save tar, gzipped or not, the image tars inside opened on the way:
 * one pass, a few chunks in memory. `enter` says which image tars are worth opening. Throws what the streams throw,
 * and a ProblemError for a path that points out of the archive.
 */
export async function* walk(
  path: string,
  options: { readonly enter?: (tar: string) => boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Entry> {
  const file = createReadStream(path, { highWaterMark: CHUNK, ...(options.signal && { signal: options.signal }) })
  let count = 0
  try {
    for await (const entry of entries(file, '', options.enter ?? (() => true))) {
      if (++count > MOST_ENTRIES) throw tooManyEntries(path, MOST_ENTRIES)
      if (isUnsafe(entry.name)) throw unsafePath(path, entry.name)
      yield entry
    }
  } finally {
    file.destroy()
  }
}

async function* entries(source: Readable, tar: string, enter: (tar: string) => boolean): AsyncGenerator<Entry> {
  const opened = extract()
  const fed = pipeline([...(await gunzipped(source)), opened as unknown as Duplex])
  fed.catch(() => {}) // told by the iteration below, where somebody listens
  for await (const entry of opened) {
    const { name, type, size = 0, linkname } = entry.header
    const content = unclosed(entry as AsyncIterable<Buffer>)
    const clean = name.replace(/^(\.\/)+/, '')
    if (tar === '' && type === 'file' && IMAGE_TAR.test(clean)) {
      if (enter(clean)) yield* entries(Readable.from(content), clean, enter)
    } else yield { tar, name: clean, type, size, linkname: linkname ?? undefined, content }
    entry.resume() // what was not read is skipped
  }
  await fed
}

/** A reader that stops early must not close the entry: that would end the whole archive. */
function unclosed(entry: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const chunks = entry[Symbol.asyncIterator]()
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
}

/** The stages that turn the source into a plain tar, told by its first two bytes: names lie. */
async function gunzipped(source: Readable): Promise<[Readable] | [Readable, Duplex]> {
  const chunks: AsyncIterator<Buffer> = source[Symbol.asyncIterator]()
  const first = await chunks.next()
  const again = Readable.from(from(first, chunks), { objectMode: false, highWaterMark: CHUNK })
  return first.value && isGzip(first.value) ? [again, createGunzip({ chunkSize: CHUNK })] : [again]
}

async function* from(first: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    for (let next = first; !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

function isUnsafe(name: string): boolean {
  return name.startsWith('/') || name.split('/').includes('..')
}
