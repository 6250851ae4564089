import type { Duplex } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { decompressionBomb } from './archiveProblems.ts'
import { noteBytes } from './gcPressure.ts'

/** How a stream of bytes is packed. */
export type Compression = 'plain' | 'gzip' | 'zstd' | 'bzip2' | 'xz'

const MAGIC: readonly (readonly [Compression, RegExp])[] = [
  ['gzip', /^1f8b/],
  ['zstd', /^28b52ffd/],
  ['xz', /^fd377a585a00/],
  // The digits of pi behind the level: a file in a plain tar may be called BZh9 as well.
  ['bzip2', /^425a683[1-9]314159265359/],
]
const TELLING = 10
// Larger ones are no faster, and what waits for the garbage collector is memory as well.
const CHUNK = 64 * 1024

// Real layers shrink to a tenth at best; gzip's own limit is a thousandth.
const MOST_TIMES = 200
const ALWAYS_FINE = 1024 ** 3

/** Told by how it begins: names lie. */
export function compressionOf(start: Buffer): Compression {
  const hex = start.subarray(0, TELLING).toString('hex')
  return MAGIC.find(([, magic]) => magic.test(hex))?.[0] ?? 'plain'
}

/** How a stream begins, and all of it; what one reader of `whole` leaves the next one gets. */
export async function peek(source: AsyncIterable<Buffer>): Promise<{ start: Buffer; whole: AsyncIterable<Buffer> }> {
  const chunks = source[Symbol.asyncIterator]()
  let start = Buffer.alloc(0)
  while (start.length < TELLING) {
    const { done, value } = await chunks.next()
    if (done) break
    start = Buffer.concat([start, value])
  }
  let isHeld = start.length > 0
  const next = async (): Promise<IteratorResult<Buffer>> => {
    if (!isHeld) return chunks.next()
    isHeld = false
    return { done: false, value: start }
  }
  return { start, whole: { [Symbol.asyncIterator]: () => ({ next }) } }
}

/**
 * The stages that unpack a stream, in order. They throw a ProblemError for data that swells without measure.
 */
export function unpacking(path: string, packing: 'gzip' | 'zstd'): readonly [Count, Duplex, Count] {
  const bytes = { packed: 0, unpacked: 0 }
  const unpacker = packing === 'gzip' ? createGunzip({ chunkSize: CHUNK }) : createZstdDecompress({ chunkSize: CHUNK })
  const counted: Count = async function* (source) {
    for await (const chunk of source) {
      bytes.packed += chunk.length
      yield chunk
    }
  }
  const bounded: Count = async function* (source) {
    for await (const chunk of source) {
      bytes.unpacked += chunk.length
      noteBytes(chunk.length)
      if (bytes.unpacked > ALWAYS_FINE && bytes.unpacked > MOST_TIMES * bytes.packed) throw decompressionBomb(path)
      yield chunk
    }
  }
  return [counted, unpacker, bounded]
}

export type Count = (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer>

export function isUnpackable(packing: Compression): packing is 'gzip' | 'zstd' {
  return packing === 'gzip' || packing === 'zstd'
}
