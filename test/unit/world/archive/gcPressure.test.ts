import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { decompressing } from '../../../../src/world/archive/compression.ts'

const MIB = 2 ** 20

test('streaming any amount of data keeps the memory flat', async () => {
  const packed = gzipSync(Buffer.alloc(256 * MIB))
  const before = process.memoryUsage().arrayBuffers
  let [most, bytes] = [0, 0]
  await pipeline(Readable.from([packed]), ...decompressing('archive', 'gzip'), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
  })
  assert.is(bytes, 256 * MIB)
  assert.ok(most < 14 * MIB, `${Math.round(most / MIB)} MiB`)
})

test.run()
