import { randomBytes } from 'node:crypto'
import { truncate, writeFile } from 'node:fs/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedBlob } from '../../../../src/installation/installation.ts'
import { ProblemError } from '../../../../src/values/problem.ts'
import { blobBytes, type PlacedBlob } from '../../../../src/world/archive/blobBytes.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { classic, digest, folder, image, layout, release, tar } from './build.ts'

const isPlaced = (blob: ArchivedBlob): blob is PlacedBlob => blob.offset !== undefined

/** All pieces, copied: the reader overwrites them. */
async function read(path: string, blob: PlacedBlob): Promise<{ bytes: Buffer; problem?: string }> {
  const pieces: Buffer[] = []
  try {
    for await (const piece of blobBytes(path, blob)) pieces.push(Buffer.from(piece))
  } catch (error) {
    if (error instanceof ProblemError) return { bytes: Buffer.concat(pieces), problem: error.problems[0]?.code ?? '' }
    throw error
  }
  return { bytes: Buffer.concat(pieces) }
}

async function blobsOf(path: string, cacheDir: string): Promise<ArchivedBlob[]> {
  const { images } = await indexArchive(path, { cacheDir })
  return images.flatMap(({ config, layers }) => [config, ...layers])
}

test('blobs of any size are read at their offset in an uncompressed tar', async () => {
  await using dir = await folder()
  for (const bytes of [1, 256 * 1024 - 1536, 700_000]) {
    const built = await image('spacelift-backend:v1', { bytes })
    const inner = await tar(classic(built))
    const forms = {
      'saved.tar': inner,
      'layout.tar': await tar(layout(built)),
      'release.tar': await tar([['self-hosted-v1/container-images/spacelift-backend.tar', inner]]),
    }
    for (const [name, content] of Object.entries(forms)) {
      const path = await dir.write(`${bytes}-${name}`, content)
      const blobs = await blobsOf(path, dir.path)
      assert.ok(blobs.length === 3 && blobs.every(isPlaced), name)
      for (const blob of blobs.filter(isPlaced)) assert.is(digest((await read(path, blob)).bytes), blob.digest)
    }
  }
})

test('blobs of a compressed archive have no offset', async () => {
  await using dir = await folder()
  const packed = await release({ 'spacelift-backend.tar': await tar(classic(await image('spacelift-backend:v1'))) })
  const blobs = await blobsOf(await dir.write('self-hosted-v3.0.0.tar.gz', packed), dir.path)
  assert.ok(blobs.length > 0)
  assert.not.ok(blobs.some(isPlaced))
})

test('changed content and a truncated archive never yield a whole blob', async () => {
  await using dir = await folder()
  const content = randomBytes(600_000)
  const path = await dir.write('any', content)
  const blob = { digest: digest(content), size: content.length, mediaType: '', tar: '', entry: 'x', offset: 0 }
  await writeFile(path, Buffer.concat([content.subarray(0, 1000), Buffer.from([1, 2, 3]), content.subarray(1003)]))
  const changed = await read(path, blob)
  assert.is(changed.problem, 'archive/wrong-digest')
  assert.ok(changed.bytes.length < content.length)
  await truncate(path, 500_000)
  assert.is((await read(path, blob)).problem, 'archive/truncated')
  assert.is((await read('/no/such/archive', blob)).problem, 'archive/not-found')
})

test.run()
