import type { Duplex } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { decompressionBomb } from './archiveProblems.ts'
import { noteBytes } from './gcPressure.ts'

/** The compression of a stream of bytes. */
export type Compression = 'plain' | 'gzip' | 'zstd' | 'bzip2' | 'xz'

const MAGIC: readonly (readonly [Compression, RegExp])[] = [
  ['gzip', /^1f8b/],
  ['zstd', /^28b52ffd/],
  ['xz', /^fd377a585a00/],
  // With the digits of pi after the level: the name of a file in an uncompressed tar may also start with BZh9.
  ['bzip2', /^425a683[1-9]314159265359/],
]
const MAGIC_BYTES = 10
// Larger chunks are not faster, and occupy more memory until they are garbage-collected.
const CHUNK = 64 * 1024

// Real layers compress to a tenth at best; the limit of gzip is a thousandth.
const MAX_RATIO = 200
const RATIO_UNCHECKED_BYTES = 1024 ** 3

/** Detected from the first bytes: file names are not reliable. */
export function compressionOf(start: Buffer): Compression {
  const hex = start.subarray(0, MAGIC_BYTES).toString('hex')
  return MAGIC.find(([, magic]) => magic.test(hex))?.[0] ?? 'plain'
}

/** The first bytes of a stream, and the whole stream; a reader of `whole` continues where the last one stopped. */
export async function peek(source: AsyncIterable<Buffer>): Promise<{ start: Buffer; whole: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  while (start.length < MAGIC_BYTES) {
    const { done, value } = await chunks.next()
    if (done) break
    start = Buffer.concat([start, value])
  }
  let isPending = start.length > 0
  const next = async (): Promise<IteratorResult<Buffer>> => {
    if (!isPending) return chunks.next()
    isPending = false
    return { done: false, value: start }
  }
  return { start, whole: { [Symbol.asyncIterator]: () => ({ next }) } }
}

/** The stages that decompress a stream, in order. They throw a ProblemError for a decompression bomb. */
export function decompressing(path: string, compression: 'gzip' | 'zstd'): readonly [ChunkTransform, Duplex, ChunkTransform] {
  const bytes = { compressed: 0, decompressed: 0 }
  const decompressor = compression === 'gzip' ? createGunzip({ chunkSize: CHUNK }) : createZstdDecompress({ chunkSize: CHUNK })
  const counted: ChunkTransform = async function* (source) {
    for await (const chunk of source) {
      bytes.compressed += chunk.length
      yield chunk
    }
  }
  const limited: ChunkTransform = async function* (source) {
    for await (const chunk of source) {
      bytes.decompressed += chunk.length
      noteBytes(chunk.length)
      if (bytes.decompressed > RATIO_UNCHECKED_BYTES && bytes.decompressed > MAX_RATIO * bytes.compressed) throw decompressionBomb(path)
      yield chunk
    }
  }
  return [counted, decompressor, limited]
}

export type ChunkTransform = (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>

export function isSupported(compression: Compression): compression is 'gzip' | 'zstd' {
  return compression === 'gzip' || compression === 'zstd'
}
