import { gzipSync, zstdCompressSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ArchivedImage } from '../../../../src/installation/installation.ts'
import { indexArchive } from '../../../../src/world/archive/indexArchive.ts'
import { streamBlobs } from '../../../../src/world/archive/streamBlobs.ts'
import { manifestOf } from '../../../../src/world/registry/manifest.ts'
import { digest, type Folder, folder, image, release, type TestImage } from './build.ts'
import { forms } from './forms.ts'

const alone = { 'a tar alone': (bytes: Buffer) => bytes, 'a tar in gzip': gzipSync, 'a tar in zstd': zstdCompressSync }
const inside = {
  'inside the release archive': (bytes: Buffer) => release({ 'images.tar': bytes }),
  'inside the release archive, in gzip': (bytes: Buffer) => release({ 'images.tar.gz': gzipSync(bytes) }),
}

const last = (tag: string): string => tag.split('/').at(-1) ?? ''

async function checkImage(path: string, images: readonly ArchivedImage[], built: TestImage): Promise<ArchivedImage> {
  const image = images.find(({ tag }) => last(tag) === built.tags[0])
  if (image === undefined) throw new Error(`${built.tags[0]} is not among ${images.map(({ tag }) => tag).join(', ')}`)
  assert.is(image.config.digest, built.configDigest)
  assert.is(image.platform, 'linux/amd64')
  assert.is(image.layers.length, built.layers.length)
  const streamed = new Map<string, Buffer>()
  await streamBlobs(path, [image.config, ...image.layers], async (blob, content) => {
    streamed.set(blob.digest, Buffer.concat(await content.toArray()))
  })
  for (const { digest: expected, size } of [image.config, ...image.layers]) {
    assert.is(digest(streamed.get(expected) ?? ''), expected)
    assert.is(streamed.get(expected)?.length, size)
  }
  return image
}

async function indexed(dir: Folder, bytes: Buffer) {
  const path = await dir.write('archive', bytes)
  return indexArchive(path, { cacheDir: dir.path })
}

for (const form of forms)
  for (const [location, wrap] of Object.entries({ ...alone, ...inside }))
    test(`${form.name}: ${location}, two images that share a layer`, async () => {
      await using dir = await folder()
      const backend = await image('spacelift-backend:v3.0.0')
      const launcher = await image('spacelift-launcher:v3.0.0', { beginsWith: backend.layers[0] as Buffer })
      const { path, images } = await indexed(dir, await wrap(await form.write(backend, launcher)))
      for (const built of [backend, launcher]) {
        const image = await checkImage(path, images, built)
        if (!form.hasManifest) continue
        const { digest: pushed, bytes } = manifestOf(image)
        assert.is(pushed, digest(bytes))
        assert.is(bytes.toString(), image.manifest?.text)
      }
    })

test('an image has the same content digest in every format and compression', async () => {
  await using dir = await folder()
  const built = await image('spacelift-backend:v3.0.0')
  const contents = new Set<string>()
  for (const form of forms) for (const { content } of (await indexed(dir, await form.write(built))).images) contents.add(content)
  assert.is(contents.size, 1)
})

test.run()
